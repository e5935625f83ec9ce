"""Connections that ask PostgreSQL nothing twice: a transaction begins in its tenant by one message.

By itself SQLAlchemy sends a ping (three round trips of its own, so that it works behind a pooler), BEGIN, and then the
statement that sets the tenant; on a short read that is more than all the rest.
"""

from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from typing_extensions import override


class Connection(asyncpg.Connection):  # type: ignore[misc] # the package has no types
    """`tenant_id` is the tenant that the next transaction begins in; None: in no tenant, where no row is seen.

    `begun` says whether a transaction is open.
    """

    tenant_id: UUID | None = None
    begun = False

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

    Nobody is asked whether one is open: the loop is told when the server closes it.
    """

    def check(connection: Any, _record: object, _proxy: object) -> None:
        driver: Connection = connection.driver_connection
        if driver.is_closed():
            raise DisconnectionError  # the pool opens another one in its place
        driver.tenant_id, driver.begun = None, False

    event.listen(engine.sync_engine, "checkout", check)


async def begin_in(session: AsyncSession, tenant_id: UUID) -> None:
    """Let the transaction of `session`, which has no statement yet, begin in a tenant."""

    def set_tenant(session: Session) -> None:
        driver: Any = session.connection().connection.driver_connection
        driver.tenant_id = tenant_id

    await session.run_sync(set_tenant)
