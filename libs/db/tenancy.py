"""Every row belongs to one tenant, and PostgreSQL itself keeps it there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, mapped_column
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.db.absence import notice_absence
from libs.db.connections import Connection, begin_in, hand_out_living_ones
from libs.db.new_rows import write_last

Sessions = async_sessionmaker[AsyncSession]

# The key of every table is (tenant_id, id); this is the one place that makes ids.
TenantId = Annotated[UUID, mapped_column(primary_key=True)]
RowId = Annotated[UUID, mapped_column(primary_key=True, default=uuid7)]

_SET = text("SELECT set_config(:name, :value, true)")
_ACTOR = "actor"

# Behind a pooler each transaction has another connection: statements are parsed anew under no name, and stay nowhere.
_UNPREPARED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


class WritingLast(Session):
    """A session that writes some rows with the commit (`libs.db.new_rows`)."""


event.listen(WritingLast, "before_commit", write_last)


def connect(settings: Settings, service: str, *, connections: int = 4) -> tuple[AsyncEngine, Sessions]:
    """Open a pool as the service's own role, in its own schema, of at most so many connections; they stay open."""
    pooled = _UNPREPARED if settings.is_pooled(service) else {}
    engine = create_async_engine(
        settings.address(service),
        pool_size=connections,
        max_overflow=0,  # one that is opened for a moment costs more than what is asked of it
        hide_parameters=True,  # an error's text is logged and parked: it shall hold no address and no name
        connect_args={
            "connection_class": Connection,
            "server_settings": {"application_name": f"moussem-{service}"},
            **pooled,
        },
    )
    notice_absence(engine, service)
    hand_out_living_ones(engine)
    return engine, async_sessionmaker(engine, sync_session_class=WritingLast, expire_on_commit=False)


@asynccontextmanager
async def unit_of_work(sessions: Sessions, tenant_id: UUID, *, actor: str = "system") -> AsyncIterator[AsyncSession]:
    """One transaction in one tenant: committed at its end, rolled back on a refusal.

    `actor` is written with every fact and journal entry of the transaction.
    """
    session = sessions()
    end: Callable[[Session], None] = Session.close
    try:
        await begin_in(session, tenant_id)
        act_as(session, actor)
        yield session
        end = _commit
    finally:
        await _whatever_happens(session.run_sync(end))


async def _whatever_happens(ending: Coroutine[Any, Any, None]) -> None:
    """End a transaction, even where the caller is cancelled meanwhile; return when it has ended."""
    task = asyncio.create_task(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _commit(session: Session) -> None:
    try:
        session.commit()
    finally:
        session.close()


@asynccontextmanager
async def before_the_tenant(sessions: Sessions, name: str, value: str) -> AsyncIterator[AsyncSession]:
    """One transaction that sees only the rows a policy opens for one key, e.g. `app.slug`: no tenant is known yet."""
    async with sessions.begin() as session:
        await session.execute(_SET, {"name": name, "value": value})
        yield session


def act_as(session: AsyncSession, actor: str) -> None:
    """Name who is written with the facts and journal entries that follow in this transaction."""
    session.info[_ACTOR] = actor


def actor_of(session: AsyncSession) -> str:
    return str(session.info.get(_ACTOR, "system"))
