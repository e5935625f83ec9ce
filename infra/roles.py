"""Who may connect, and as what: the database and its roles, made by a superuser, again and again without harm.

What each role may do with a table is granted by the migration that makes the table.
"""

from collections.abc import Mapping
from typing import LiteralString

import dramatiq_postgres
import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from libs.config import SERVICES
from libs.messaging.brokers import SCHEMA

_MAY_CONNECT: LiteralString = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
_OWN_ROWS_ONLY: LiteralString = f"{_MAY_CONNECT} NOBYPASSRLS"
ROLES: dict[str, LiteralString] = {
    "migrator": _OWN_ROWS_ONLY,  # owns schemas, tables and functions
    "broker": _OWN_ROWS_ONLY,  # owns the queue, where PostgreSQL is Dramatiq's broker
    "inspector": f"{_MAY_CONNECT} BYPASSRLS",  # reads everything; demonstration and support
    **dict.fromkeys(SERVICES, _OWN_ROWS_ONLY),
    **{f"{service}_relay": _OWN_ROWS_ONLY for service in SERVICES},
}


def make_database(
    superuser_address: str, database: str = "moussem", passwords: Mapping[str, str] | None = None
) -> None:
    """Make the database and its roles, or bring them to this state; needs a superuser of PostgreSQL 15 or newer.

    Each role stands in its own service's schema from the moment it connects, through a pooler too. `passwords` gives
    roles one; where the server trusts those who reach it, none is needed.
    """
    with psycopg.connect(superuser_address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('moussem.roles'))")  # until the connection ends
        _make_roles(connection, passwords or {})
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(_naming("CREATE DATABASE {} OWNER migrator ENCODING 'UTF8'", database))
        connection.execute(_naming("REVOKE ALL ON DATABASE {} FROM PUBLIC", database))
        for role in ROLES:
            connection.execute(_naming("GRANT CONNECT ON DATABASE {} TO {}", database, role))
        for service in SERVICES:
            for role in (service, f"{service}_relay"):
                connection.execute(
                    _naming("ALTER ROLE {} IN DATABASE {} SET search_path = {}", role, database, service)
                )
    with psycopg.connect(superuser_address, dbname=database) as connection:
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        _make_queue(connection, database)


def _make_roles(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for role, rights in ROLES.items():
        connection.execute(_naming("ALTER ROLE {} " if role in known else "CREATE ROLE {} ", role) + SQL(rights))
    for role, password in passwords.items():
        kept = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(kept)))
    connection.execute("GRANT pg_read_all_data TO inspector")


def _make_queue(connection: psycopg.Connection, database: str) -> None:
    """Let the role `broker` make what Dramatiq's broker keeps in PostgreSQL, and nothing else."""
    connection.execute(_naming("GRANT CREATE ON DATABASE {} TO broker", database))
    connection.execute("SET LOCAL ROLE broker")
    dramatiq_postgres.init(connection.cursor(), SCHEMA)
    connection.execute("RESET ROLE")
    connection.execute(_naming("REVOKE CREATE ON DATABASE {} FROM broker", database))


def _naming(statement: LiteralString, *names: str) -> Composed:
    """Put names into one of this module's own statements."""
    return SQL(statement).format(*map(Identifier, names))
