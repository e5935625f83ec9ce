"""Connections that ask PostgreSQL nothing twice: a transaction begins in its tenant by one message.

By itself SQLAlchemy sends a ping (three round trips of its own, so that it works behind a pooler), BEGIN, and then the
statement that sets the tenant; on a short read that is more than all the rest.
"""

import time
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from typing_extensions import override

_TRUSTED_FOR = 5.0  # seconds of silence, half of what the embedded server allows
_ANSWERS_WITHIN = 2.0


class Connection(asyncpg.Connection):  # type: ignore[misc] # the package has no types
    """`tenant_id` is the tenant that the next transaction begins in; None: in no tenant, where no row is seen.

    `begun` says whether a transaction is open, `silent_since` when the last one was over (the clock that only rises).
    """

    tenant_id: UUID | None = None
    begun = False
    silent_since = float("inf")  # a new one has just answered

    @override
    def transaction(self, **_: object) -> "Transaction":
        return Transaction(self, self.tenant_id)


class Transaction:
    """What SQLAlchemy asks of a transaction. Savepoints are statements of its own."""

    def __init__(self, connection: Connection, tenant_id: UUID | None) -> None:
        self._connection = connection
        # Several statements in one message take no parameters: a literal, and therefore of a UUID and of nothing else.
        self._tenant = f"SELECT set_config('app.tenant', '{UUID(int=tenant_id.int)}', true)" if tenant_id else ""

    async def start(self) -> None:
        await self._connection.execute(f"BEGIN; {self._tenant}")
        self._connection.begun = True

    async def commit(self) -> None:
        self._connection.begun = False
        await self._connection.execute("COMMIT")

    async def rollback(self) -> None:
        self._connection.begun = False
        await self._connection.execute("ROLLBACK")


def hand_out_living_ones(engine: AsyncEngine) -> None:
    """Let a pool hand out open connections in no tenant.

    The loop is told when the server closes one, so that few are asked: those that were silent for so long that their
    end may be on its way (the embedded server ends what is idle, and so do poolers and firewalls).
    """

    def check(connection: Any, _record: object, _proxy: object) -> None:
        driver: Connection = connection.driver_connection
        silent = time.monotonic() - driver.silent_since
        if driver.is_closed() or (silent > _TRUSTED_FOR and not _answers(connection)):
            raise DisconnectionError  # the pool opens another one in its place
        driver.tenant_id, driver.begun = None, False

    def note(connection: Any, _record: object) -> None:
        if connection is not None:  # one that was lost is not given back
            connection.driver_connection.silent_since = time.monotonic()

    event.listen(engine.sync_engine, "checkout", check)
    event.listen(engine.sync_engine, "checkin", note)


def _answers(connection: Any) -> bool:
    """Ask an open connection for a sign of life, which also counts as one for the server."""
    try:
        connection.run_async(lambda driver: driver.execute("SELECT 1", timeout=_ANSWERS_WITHIN))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return False
    return True


async def begin_in(session: AsyncSession, tenant_id: UUID) -> None:
    """Let the transaction of `session`, which has no statement yet, begin in a tenant."""

    def set_tenant(session: Session) -> None:
        driver: Any = session.connection().connection.driver_connection
        driver.tenant_id = tenant_id

    await session.run_sync(set_tenant)
