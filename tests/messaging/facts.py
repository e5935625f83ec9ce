"""Facts for tests of messaging, and what hears them: each leaves one line in outreach's journal, once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import to_builtins
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.contracts.events import LetterRequested
from libs.db.tenancy import Sessions, unit_of_work
from libs.journal.models import JournalEntry
from libs.messaging.envelopes import Envelope
from libs.messaging.models import InboxMessage, ParkedMessage
from libs.messaging.subscriptions import Subscriptions
from libs.observability.correlation import correlation_id

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
_PATIENCE = 60.0  # seconds


def fact(tenant_id: UUID, what: str = "news") -> LetterRequested:
    return LetterRequested(
        tenant_id=tenant_id, id=uuid7(), version=1, template=what, language="fr", recipient="a@b.example", fields={}
    )


def enveloped(event: LetterRequested, *, actor: str = "system", announced: bool = False) -> Envelope:
    return Envelope(
        id=uuid7(),
        type=str(event.__struct_config__.tag),
        tenant_id=event.tenant_id,
        body=to_builtins(event),
        actor=actor,
        correlation_id=str(uuid7()),
        occurred_at=NOW,
        announced=announced,
    )


class Listener:
    """Notes each fact in the journal; fails, in the way of `failure`, on those called `bad` until they are `mended`."""

    def __init__(self) -> None:
        self.mended = False
        self.failure: type[Exception] = NotHeard
        self.failed = 0
        self.subscriptions = Subscriptions()
        self.subscriptions.effect(LetterRequested)(self.note)

    async def note(self, session: AsyncSession, event: LetterRequested, envelope: Envelope) -> None:
        if event.template == "bad" and not self.mended:
            self.failed += 1
            raise self.failure
        session.add(
            JournalEntry(
                tenant_id=event.tenant_id,
                actor=envelope.actor,
                action=event.template,
                subject=event.id,
                details={},
                correlation_id=correlation_id(),
                at=envelope.occurred_at,
            )
        )


class NotHeard(Exception):
    pass


async def noted(sessions: Sessions, tenant_id: UUID) -> list[UUID]:
    """Return the facts that were noted, in the order of their effects."""
    async with unit_of_work(sessions, tenant_id) as session:
        subjects = await session.scalars(select(JournalEntry.subject).order_by(JournalEntry.id))
        return [subject for subject in subjects if subject is not None]


async def parked_facts(sessions: Sessions, tenant_id: UUID) -> Sequence[ParkedMessage]:
    async with unit_of_work(sessions, tenant_id) as session:
        return (await session.scalars(select(ParkedMessage))).all()


async def remembered(sessions: Sessions, tenant_id: UUID) -> int:
    """Return how many effects the inbox remembers."""
    async with unit_of_work(sessions, tenant_id) as session:
        return len((await session.scalars(select(InboxMessage.id))).all())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as `condition` holds; fail when it does not in a minute."""
    async with asyncio.timeout(_PATIENCE):
        while not await condition():  # noqa: ASYNC110 (what is waited for is in the database)
            await asyncio.sleep(0.05)
