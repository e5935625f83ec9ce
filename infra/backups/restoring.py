"""`./moussem restore FOLDER`: into an empty place, and then a look at whether everything is as it was."""

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from infra.backups.contents import differences, read_contents
from infra.backups.manifest import FILES, Dump, Manifest, read_manifest
from infra.backups.programs import load
from infra.backups.taking import databases_of
from infra.roles import make_database
from infra.supervising.child import Say
from infra.supervising.ties import NotStarted
from libs.config import SERVICES, Settings
from libs.db.migrating import knows
from libs.messaging.brokers import SCHEMA
from libs.messaging.relay import relay_connection
from libs.messaging.replay import replay_since
from libs.messaging.retention import OUTBOX_DAYS
from libs.sealing import mark

_SHOWN = 10  # differences
_KEPT = timedelta(days=OUTBOX_DAYS)


class NotAsItWas(NotStarted):
    """What was restored does not hold what the backup says that it held."""


def restore(settings: Settings, superuser: str, passwords: Mapping[str, str], folder: Path, say: Say) -> None:
    """Restore every database of a backup; raise `NotStarted` where it does not fit here, before anything is written."""
    manifest = read_manifest(folder)
    _require_fit(manifest, settings)
    for dump in manifest.dumps:
        _require_empty(_as_superuser(settings, dump, superuser))
    for dump in manifest.dumps:
        _restore(settings, dump, superuser, passwords, folder)
        rows = sum(table.rows for table in dump.contents.tables.values())
        say(f"{', '.join(dump.services)}: {len(dump.contents.tables)} tables, {rows} rows, all as they were")
    if not manifest.with_broker or not settings.broker_url.startswith("postgresql"):
        say(f"facts to be sent again, since no queue is in the backup: {_send_again(settings, manifest)}")


def restore_files(folder: Path, data: Path) -> None:
    """Put a data folder's own files back."""
    for name in FILES:
        if (folder / name).exists():
            shutil.copy2(folder / name, data / name)


def _require_fit(manifest: Manifest, settings: Settings) -> None:
    if mark(settings.key) != manifest.key:
        raise NotStarted("MOUSSEM_KEY is not the key that this backup was made with: what it sealed could not be read.")
    if [tuple(dump.services) for dump in manifest.dumps] != databases_of(settings):
        raise NotStarted("The backup's services are spread over databases in another way than the settings say.")
    for dump in manifest.dumps:
        for service, revision in dump.revisions.items():
            if not knows(service, revision):
                raise NotStarted(
                    f"The backup is of a newer Moussem than this one ({service} {revision}): restore it with that."
                )


def _require_empty(address: str) -> None:
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            held = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", (list(SERVICES),))
            schemas = [name for (name,) in held]
    except psycopg.OperationalError as error:
        if "does not exist" in str(error):
            return  # the database is made when it is restored
        raise NotStarted(f"The database server does not let a superuser in: {str(error).strip()}") from None
    if schemas:
        raise NotStarted(
            f"The database {urlsplit(address).path[1:]} holds {', '.join(sorted(schemas))} already: "
            "restore into an empty one."
        )


def _restore(settings: Settings, dump: Dump, superuser: str, passwords: Mapping[str, str], folder: Path) -> None:
    address = _as_superuser(settings, dump, superuser)
    database = urlsplit(address).path[1:]
    make_database(superuser, database, passwords)
    with psycopg.connect(address) as connection:
        connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(SCHEMA)))  # as it comes with the dump
        version = connection.info.server_version // 10_000
    if version < dump.server_version:
        raise NotStarted(f"The backup is of PostgreSQL {dump.server_version}, and this server is {version}.")
    load(folder / dump.file, address, server_version=version)
    make_database(superuser, database, passwords)  # what is the database's own and not in a dump
    with psycopg.connect(address) as connection:
        unlike = list(differences(dump.contents, read_contents(connection)))
        connection.rollback()
        connection.autocommit = True
        connection.execute("ANALYZE")
    if unlike:
        raise NotAsItWas(" ".join(["The restored database is not as it was.", *unlike[:_SHOWN]]))


def _as_superuser(settings: Settings, dump: Dump, superuser: str) -> str:
    """Return the superuser's address of the database that a dump goes into."""
    database = urlsplit(settings.address(dump.services[0], driver="postgresql", direct=True)).path
    parts = urlsplit(superuser)
    return parts._replace(path=database).geturl()


def _send_again(settings: Settings, manifest: Manifest) -> int:
    """Let everything that was sent be sent again: what it had as effects, the inboxes remember."""
    sent = 0
    for service in SERVICES:
        with relay_connection(settings, service) as connection:
            sent += replay_since(connection, manifest.made_at - _KEPT)
    return sent
