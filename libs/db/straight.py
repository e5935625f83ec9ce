"""Statements that are compiled once, when their module is read, and go straight to the driver.

For the few that run with every request or fact: by way of the session a statement costs some eight times as much
processor time as by the driver. They run in the session's transaction, and who listens to statements hears of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import Connection as Checked
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.types import TypeEngine

from libs.db.absence import DatabaseAway
from libs.db.connections import Connection


def _written(structure: Any) -> str:
    return msgspec.json.encode(structure).decode()


DIALECT = asyncpg_dialect(json_serializer=_written)  # type: ignore[no-untyped-call]

Rows = Sequence[Any]  # each a tuple


class Straight:
    """A statement with named parameters, compiled."""

    def __init__(self, statement: CompilerElement) -> None:
        compiled: Any = statement.compile(dialect=DIALECT)
        self.sql = str(compiled)
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        self._parameters = [(bind.key, bind.value, in_driver(bind.type)) for bind in binds]

    async def rows(self, session: AsyncSession, **given: Any) -> Rows:
        """Run it in the transaction of `session`; return the rows that it returns."""
        return await run(session, self.sql, [form(given.get(name, usual)) for name, usual, form in self._parameters])


def in_driver(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return what turns a value of a column into what the driver takes."""
    return kind.dialect_impl(DIALECT).bind_processor(DIALECT) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


async def run(session: AsyncSession, sql: str, arguments: Sequence[Any]) -> Rows:
    """Send a statement that is written as the driver takes it; return its rows."""
    begun = _begun(session.sync_session)
    if begun is None:
        return await session.run_sync(run_within, sql, arguments)
    connection, driver = begun
    _tell(connection, sql, arguments)
    return await _fetch(driver, sql, arguments)


def run_within(session: Session, sql: str, arguments: Sequence[Any]) -> Rows:
    """Do the same inside `run_sync` or a hook of the session."""
    connection = session.connection()
    _tell(connection, sql, arguments)
    adapted: Any = connection.connection.dbapi_connection
    driver: Any = connection.connection.driver_connection
    rows: Rows
    if driver.begun:
        rows = adapted.run_async(lambda driver: _fetch(driver, sql, arguments))
        return rows
    cursor = adapted.cursor()  # begins the transaction
    try:
        cursor.execute(sql, tuple(arguments))
        rows = cursor.fetchall()
    except adapted.dbapi.Error as error:
        if driver.is_closed():
            raise DatabaseAway from error
        raise
    finally:
        cursor.close()
    return rows


async def _fetch(driver: Connection, sql: str, arguments: Sequence[Any]) -> Rows:
    try:
        rows: Rows = await driver.fetch(sql, *arguments)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if driver.is_closed():
            raise DatabaseAway from error
        raise
    return rows


def _begun(session: Session) -> tuple[Checked, Connection] | None:
    """Return the connection on which the session's transaction has begun, as SQLAlchemy has it and as it is."""
    transaction = session.get_transaction()
    for connection in transaction.connections if transaction else ():
        driver: Any = connection.connection.driver_connection
        if driver.begun:
            return connection, driver
    return None


def _tell(connection: Checked, sql: str, arguments: Sequence[Any]) -> None:
    for hear in connection.engine.dispatch.before_cursor_execute:
        hear(connection, None, sql, tuple(arguments), None, False)  # noqa: FBT003 (as SQLAlchemy calls them)
