"""Migrations: forwards only, as the role that owns the tables, each service's in its own schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from libs.config import SERVICES, Settings

ROOT = Path(__file__).parents[2]
_VERSIONS = "alembic_version"
_LOCK_TIMEOUT = "10s"


def configuration(service: str, connection: Connection | None = None) -> Config:
    """Return what Alembic needs to know of one service."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(ROOT / "services" / service / "migrations"))
    config.attributes["service"] = service
    config.attributes["connection"] = connection
    return config


def newest(service: str) -> str | None:
    """Return the newest revision that this code knows of a service."""
    return ScriptDirectory.from_config(configuration(service)).get_current_head()


def knows(service: str, revision: str) -> bool:
    """Whether this code knows a revision of a service; one that it does not know is of newer code."""
    return revision in revisions(service)


def revisions(service: str) -> list[str]:
    """Return the revisions of a service that this code knows, oldest first."""
    return [each.revision for each in ScriptDirectory.from_config(configuration(service)).walk_revisions()][::-1]


def migrate(settings: Settings, *services: str, to: str = "head") -> list[str]:
    """Bring the named services' schemas (all, if none is named) up to this code, or to a revision before it.

    Tables of newer code are left as they are: this code can work on them. Return in sentences which they are.
    """
    newer = []
    for service in services or SERVICES:
        address = settings.address("migrator", service=service, driver="postgresql+psycopg", direct=True)
        engine = create_engine(address, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('moussem.migrate'))"))
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {service}"))
            connection.execute(text(f"GRANT USAGE ON SCHEMA {service} TO {service}, {service}_relay"))
            connection.execute(text(f"SET LOCAL search_path = {service}"))
            there = MigrationContext.configure(
                connection, opts={"version_table_schema": service}
            ).get_current_revision()
            if there is None or knows(service, there):
                command.upgrade(configuration(service, connection), to)
            else:
                newer.append(f"The tables of {service} are left as newer code made them ({there}).")
            connection.execute(text(f"GRANT SELECT ON {service}.{_VERSIONS} TO {service}"))
        engine.dispose()
    return newer
