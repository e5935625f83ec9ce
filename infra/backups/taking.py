"""`./moussem backup FOLDER`: one moment of every database, with what it held then, and the data folder's own files."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from infra.backups.contents import read_contents
from infra.backups.manifest import FILES, Dump, Manifest, write_manifest
from infra.backups.programs import dump
from infra.passwords import INSPECTOR
from infra.supervising.child import Say
from infra.supervising.ties import NotStarted
from libs.config import SERVICES, Settings, as_role
from libs.sealing import mark


def take(  # noqa: PLR0913, PLR0917 (from where, to where, when)
    settings: Settings, passwords: Mapping[str, str], data: Path, folder: Path, now: datetime, say: Say
) -> None:
    """Make the backup beside its place and rename it: a folder of that name holds a whole one."""
    if folder.exists():
        raise NotStarted(f"{folder} is there already: name a folder that is not.")
    new = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    dumps = [_dump(settings, passwords, services, new, say) for services in databases_of(settings)]
    write_manifest(
        new,
        Manifest(
            made_at=now,
            key=mark(settings.key),
            with_broker=settings.broker_url.startswith("postgresql"),
            dumps=dumps,
        ),
    )
    for name in FILES:
        if (data / name).exists():
            shutil.copy2(data / name, new / name)
    new.rename(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    say(f"{folder} holds the backup, {size / 1e6:.1f} MB")
    if not (folder / "key").exists():
        say("the key (MOUSSEM_KEY) is not in it: it is needed to restore, keep it elsewhere")


def databases_of(settings: Settings) -> list[tuple[str, ...]]:
    """Return the services of each database, those of one database together."""
    databases: dict[str, tuple[str, ...]] = {}
    for service in SERVICES:
        parts = urlsplit(settings.address(service, driver="postgresql", direct=True))
        place = f"{parts.netloc.rpartition('@')[2]}{parts.path}?{parts.query}"
        databases[place] = (*databases.get(place, ()), service)
    return list(databases.values())


def _dump(settings: Settings, passwords: Mapping[str, str], services: Sequence[str], folder: Path, say: Say) -> Dump:
    """Dump what one snapshot shows, and note what it shows: both see the same rows, whatever is written meanwhile."""
    address = inspecting(settings, services[0], passwords)
    try:
        connection = psycopg.connect(address, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise NotStarted(f"The database cannot be read as {INSPECTOR}: {str(error).strip()}") from None
    with connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        name = "moussem" if len(services) > 1 else services[0]
        version = connection.info.server_version // 10_000
        dump(address, folder / f"{name}.dump", snapshot=snapshot, server_version=version)
        contents = read_contents(connection)
        revisions = {service: _revision(connection, service) for service in services}
    rows = sum(table.rows for table in contents.tables.values())
    say(f"{name}: {len(contents.tables)} tables, {rows} rows")
    return Dump(
        services=list(services),
        file=f"{name}.dump",
        server_version=version,
        revisions=revisions,
        contents=contents,
    )


def inspecting(settings: Settings, service: str, passwords: Mapping[str, str]) -> str:
    """Return the address of a service's database for the one role that reads every row."""
    address = settings.address(INSPECTOR, service=service, driver="postgresql", direct=True)
    return as_role(address, INSPECTOR, password=passwords.get(INSPECTOR, ""))


def _revision(connection: psycopg.Connection, service: str) -> str:
    newest = SQL("SELECT max(version_num) FROM {}").format(Identifier(service, "alembic_version"))
    found = connection.execute(newest).fetchone()
    return str(found[0]) if found else ""
