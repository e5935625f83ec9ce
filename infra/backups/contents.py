"""What a database holds, so that two can be compared: rows and digest of each table, sequences, rights and policies."""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from msgspec import Struct
from psycopg.sql import SQL, Identifier

_NAMES: LiteralString = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = %s AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2
"""
# Who owns what, and what others may do with it: as sentences, the same on every version where the thing is the same.
_RULES: LiteralString = """
    WITH ours AS (
        SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, c.relowner, c.relacl,
            c.relrowsecurity AND c.relforcerowsecurity AS forced
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'S') AND n.nspname !~ '^(pg_|information_schema$)')
    SELECT format('%s belongs to %s', name, relowner::regrole) FROM ours
    UNION ALL
    SELECT format('%s forces its policies', name) FROM ours WHERE forced
    UNION ALL
    SELECT format('%s has the policy %s for %s to %s', name, p.policyname, p.cmd, p.roles)
    FROM ours JOIN pg_policies p ON name = p.schemaname || '.' || p.tablename
    UNION ALL
    SELECT format('%s: %s may %s', name, coalesce(nullif(g.grantee, 0)::regrole::text, 'all'), g.privilege_type)
    FROM ours, aclexplode(relacl) g WHERE g.grantee <> relowner
    UNION ALL
    SELECT format('%s: %s may %s', nspname, coalesce(nullif(g.grantee, 0)::regrole::text, 'all'), g.privilege_type)
    FROM pg_namespace, aclexplode(nspacl) g
    WHERE g.grantee <> nspowner AND nspname !~ '^(pg_|information_schema$)'
    UNION ALL
    SELECT format('%s fires %s', name, t.tgname) FROM ours JOIN pg_trigger t ON t.tgrelid = ours.oid
    WHERE NOT t.tgisinternal
    ORDER BY 1
"""
# A sum, so that the order of the rows is of no account; SHA-256 (its first 60 bits), which every server has.
_DIGEST: LiteralString = """
    SELECT count(*), coalesce(sum(('x' || substr(encode(sha256(convert_to(row::text, 'UTF8')), 'hex'), 1, 15))::bit(60)
        ::bigint::numeric), 0)::text FROM {} AS row
"""
_AS_TEXT = ("TimeZone = 'UTC'", "DateStyle = 'ISO'", "IntervalStyle = 'postgres'", "bytea_output = 'hex'")


class Table(Struct, frozen=True):
    rows: int
    digest: str


class Contents(Struct, frozen=True):
    tables: dict[str, Table]
    sequences: dict[str, int]
    rules: list[str]


def read_contents(connection: "psycopg.Connection[Any]") -> Contents:
    """Return what a connection's transaction sees, which must see every row."""
    for setting in _AS_TEXT:
        connection.execute(f"SET LOCAL {setting}".encode())
    return Contents(
        tables={f"{schema}.{name}": _table(connection, schema, name) for schema, name in _names(connection, "r")},
        sequences={f"{schema}.{name}": _sequence(connection, schema, name) for schema, name in _names(connection, "S")},
        rules=[rule for (rule,) in connection.execute(_RULES)],
    )


def differences(expected: Contents, found: Contents) -> Iterator[str]:
    """Yield, in sentences, what is not as expected. A sequence may be ahead: it moves outside of transactions."""
    for name, table in expected.tables.items():
        other = found.tables.get(name)
        if other is None:
            yield f"The table {name} is missing."
        elif other.rows != table.rows:
            yield f"{name} has {other.rows} rows, not {table.rows}."
        elif other.digest != table.digest:
            yield f"{name} has other rows than it had."
    yield from (f"The table {name} was not there." for name in found.tables.keys() - expected.tables.keys())
    for name, value in expected.sequences.items():
        if found.sequences.get(name, -1) < value:
            yield f"The sequence {name} stands at {found.sequences.get(name)}, not at {value}."
    yield from (f"This is missing: {rule}." for rule in expected.rules if rule not in set(found.rules))
    yield from (f"This was not so: {rule}." for rule in found.rules if rule not in set(expected.rules))


def _names(connection: "psycopg.Connection[Any]", kind: str) -> list[tuple[str, str]]:
    return connection.execute(_NAMES, (kind,)).fetchall()


def _table(connection: "psycopg.Connection[Any]", schema: str, name: str) -> Table:
    found = connection.execute(SQL(_DIGEST).format(Identifier(schema, name))).fetchone()
    return Table(*found) if found else Table(0, "0")


def _sequence(connection: "psycopg.Connection[Any]", schema: str, name: str) -> int:
    """Return the last number that was given out; 0 for none."""
    is_called = SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(Identifier(schema, name))
    found = connection.execute(is_called).fetchone()
    return int(found[0]) if found else 0
