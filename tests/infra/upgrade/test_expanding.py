"""Migrations only add: code of the revision before works on the tables of the next, while processes are replaced."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier

from infra.backups.contents import read_contents
from infra.backups.manifest import read_manifest
from infra.backups.restoring import restore
from libs.config import SERVICES, Settings, read_settings
from libs.db.migrating import migrate, newest, revisions
from tests.conftest import database, settings_of

OLDER = Path(__file__).parent / "older"
STEPS = [
    (service, before, after)
    for service in SERVICES
    for before, after in zip(revisions(service), revisions(service)[1:], strict=False)
]
_COLUMNS: LiteralString = """
    SELECT table_name, column_name, data_type, is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
    FROM information_schema.columns WHERE table_schema = %s AND is_generated = 'NEVER'
"""
_WRITTEN: LiteralString = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


class Schema:
    """A service's schema as its own role and a superuser see it."""

    def __init__(self, connection: psycopg.Connection, service: str) -> None:
        rows: Sequence[Any] = connection.execute(_COLUMNS, (service,)).fetchall()
        self.types = {(table, column): kind for table, column, kind, _ in rows}
        self.may_be_left_out = {(table, column) for table, column, _, optional in rows if optional}
        self.rules = {
            rule for rule in read_contents(connection).rules if rule.startswith((f"{service}.", f"{service}:"))
        }


def looked_at(superuser: str, settings: Settings, service: str) -> Schema:
    with psycopg.connect(superuser, dbname=urlsplit(settings.database_url).path[1:]) as connection:
        return Schema(connection, service)


def test_there_are_steps_to_be_looked_at() -> None:
    assert {service for service, _, _ in STEPS} == {*SERVICES}


@pytest.mark.parametrize(("service", "before", "after"), STEPS)
def test_a_step_takes_nothing_from_the_code_before_it(superuser: str, service: str, before: str, after: str) -> None:
    with database(superuser, "step") as address:
        settings = settings_of(address)
        migrate(settings, service, to=before)
        old = looked_at(superuser, settings, service)
        migrate(settings, service, to=after)
        new = looked_at(superuser, settings, service)

    tables = {table for table, _ in old.types}
    assert {key: new.types.get(key) for key in old.types} == old.types, "a column is gone, or of another type"
    added = {key for key in new.types if key[0] in tables} - {*old.types}
    assert added <= new.may_be_left_out, "old code does not know of a column that must be given"
    assert old.may_be_left_out <= new.may_be_left_out, "old code may leave out what must now be given"
    assert old.rules <= new.rules, "a right or a policy is gone"


def test_older_code_leaves_newer_tables_as_they_are_and_says_so(untouched: Settings, superuser: str) -> None:
    with psycopg.connect(superuser, dbname=urlsplit(untouched.database_url).path[1:], autocommit=True) as connection:
        connection.execute("UPDATE editions.alembic_version SET version_num = '9999'")
        connection.execute("UPDATE portal.alembic_version SET version_num = '0001'")
        connection.execute("ALTER TABLE portal.outbox DROP COLUMN traceparent")
        assert migrate(untouched) == ["The tables of editions are left as newer code made them (9999)."]
        for service, revision in (("editions", "9999"), ("portal", newest("portal"))):
            statement = f"SELECT version_num FROM {service}.alembic_version"  # noqa: S608 (ours)
            found = connection.execute(statement.encode()).fetchall()
            assert found == [(revision,)]


def test_what_old_code_writes_is_taken_after_the_migration(superuser: str) -> None:
    """Every row of an older instance, written again as its code wrote it: by the columns that it knew."""
    with database(superuser, "older") as address:
        key = (OLDER / "key").read_text().strip()
        settings = read_settings({"MOUSSEM_DATABASE_URL": address, "MOUSSEM_KEY": key})
        with psycopg.connect(superuser) as connection:
            if connection.info.server_version // 10_000 < read_manifest(OLDER).dumps[0].server_version:
                pytest.skip("the older instance's server was newer than this one")
        restore(settings, superuser, {}, OLDER, lambda _: None)
        inside = psycopg.connect(superuser, dbname=urlsplit(address).path[1:], autocommit=True)
        with inside as connection:
            kept = [_keep(connection, service, table) for service in SERVICES for table in _tables(connection, service)]
            migrate(settings)
            connection.execute("SET session_replication_role = replica")  # no key of another table is looked at
            written = sum(_write_again(connection, *each) for each in kept)
        assert written > 300


def _tables(connection: psycopg.Connection, service: str) -> list[str]:
    """Return the tables of a service, but for the migrations' own."""
    of_service: LiteralString = (
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'alembic_version'"
    )
    return [table for (table,) in connection.execute(of_service, (service,))]


def _keep(connection: psycopg.Connection, service: str, table: str) -> tuple[str, str, SQL | Composed]:
    """Keep a table's rows beside it; return what it is, and the columns that are written."""
    found = connection.execute(_WRITTEN, (service, table)).fetchall()
    columns = SQL(", ").join(Identifier(column) for (column,) in found)
    connection.execute(
        SQL("CREATE TABLE {} AS SELECT {} FROM {}").format(_beside(service, table), columns, Identifier(service, table))
    )
    return service, table, columns


def _write_again(connection: psycopg.Connection, service: str, table: str, columns: SQL | Composed) -> int:
    connection.execute(SQL("DELETE FROM {}").format(Identifier(service, table)))
    statement = SQL("INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM {2}")
    return connection.execute(statement.format(Identifier(service, table), columns, _beside(service, table))).rowcount


def _beside(service: str, table: str) -> Identifier:
    return Identifier("public", f"{service}_{table}")
