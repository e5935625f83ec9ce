"""Facts arrive at least once, late and out of order; what they cause happens once.

Three kinds of handler. A **projection** keeps a copy (`known_…`) and is guarded by the fact's version alone: it may run
any number of times, and may take all facts of a batch together. An **effect** (a letter, a copy, a counter) runs once,
by its inbox row (fact, handler), and not at all for a fact that is only announced anew. A **task** (to search for a
programme, to send a letter) is too long for a transaction, or not to be undone: it has transactions of its own, and
sees for itself what was done before; it may run any number of times too, and never for what is announced.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar
from uuid import UUID

import structlog
from msgspec import Struct, to_builtins
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Event
from libs.contracts.subscribers import EVENTS
from libs.db.straight import run
from libs.db.tenancy import Sessions, act_as, unit_of_work
from libs.messaging.envelopes import Envelope
from libs.messaging.models import ParkedMessage
from libs.observability.correlation import correlate
from libs.observability.metrics import INBOX_DUPLICATES
from libs.observability.tracing import is_tracing, span

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Event)
Handle = Callable[[AsyncSession, E, Envelope], Awaitable[None]]
Heard = Sequence[tuple[E, Envelope]]
HandleAll = Callable[[AsyncSession, Heard[E]], Awaitable[None]]
Task = Callable[[E, Envelope], Awaitable[None]]


class Handler(Struct, frozen=True):
    """`handle` takes one fact; where `together`, all those of a batch."""

    event: type[Event]
    handle: Callable[..., Awaitable[None]]
    once: bool
    together: bool = False

    @property
    def name(self) -> str:
        return f"{self.handle.__module__}.{self.handle.__name__}"


class Errand(Struct, frozen=True):
    """A task and what it is about."""

    event: type[Event]
    task: Task[Any]


class Subscriptions:
    """What a feature listens to. Handlers stay plain functions: `(session, event, envelope)`, tasks without session."""

    def __init__(self) -> None:
        self.handlers: list[Handler] = []
        self.errands: list[Errand] = []
        self.last_words: list[Handler] = []

    def projection(self, event: type[E]) -> Callable[[Handle[E]], Handle[E]]:
        return self._register(event, once=False)

    def projection_of_all(self, *events: type[E]) -> Callable[[HandleAll[E]], HandleAll[E]]:
        """Let a projection take all facts of a batch, and of one tenant, together."""

        def register(handle: HandleAll[E]) -> HandleAll[E]:
            self.handlers += [Handler(event, handle, once=False, together=True) for event in events]
            return handle

        return register

    def effect(self, event: type[E]) -> Callable[[Handle[E]], Handle[E]]:
        return self._register(event, once=True)

    def task(self, event: type[E]) -> Callable[[Task[E]], Task[E]]:
        def register(task: Task[E]) -> Task[E]:
            self.errands.append(Errand(event, task))
            return task

        return register

    def given_up(self, event: type[E]) -> Callable[[Handle[E]], Handle[E]]:
        """Let a handler say that a fact was given up: it runs in the transaction that parks it."""

        def register(handle: Handle[E]) -> Handle[E]:
            self.last_words.append(Handler(event, handle, once=False))
            return handle

        return register

    def _register(self, event: type[E], *, once: bool) -> Callable[[Handle[E]], Handle[E]]:
        def register(handle: Handle[E]) -> Handle[E]:
            self.handlers.append(Handler(event, handle, once))
            return handle

        return register


_CLAIM = """
    INSERT INTO inbox (tenant_id, id, handler) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])
    ON CONFLICT DO NOTHING RETURNING id, handler
"""


class Hearing:
    """How one service takes in what the queue brings it."""

    def __init__(self, sessions: Sessions, subscriptions: Iterable[Subscriptions]) -> None:
        self._sessions = sessions
        self._handlers: defaultdict[type[Event], list[Handler]] = defaultdict(list)
        self._errands: defaultdict[type[Event], list[Errand]] = defaultdict(list)
        self._last_words: defaultdict[type[Event], list[Handler]] = defaultdict(list)
        for each in subscriptions:
            for errand in each.errands:
                self._errands[errand.event].append(errand)
            for handler in each.handlers:
                self._handlers[handler.event].append(handler)
            for handler in each.last_words:
                self._last_words[handler.event].append(handler)

    async def hear_all(self, envelopes: list[Envelope]) -> None:
        """Take in a batch: one transaction for each tenant, the inbox claimed in one statement."""
        tenants: defaultdict[UUID, list[Envelope]] = defaultdict(list)
        for envelope in envelopes:
            tenants[envelope.tenant_id].append(envelope)
        for tenant_id, facts in tenants.items():
            await self._work(tenant_id, [(fact, handler) for fact in facts for handler in self._concerned(fact)])
        for envelope in envelopes:
            for errand in self._sent_by(envelope):
                await _run(errand, envelope)

    async def hear_one(self, envelope: Envelope) -> None:
        """Take in one fact, each handler in a transaction of its own: one that fails undoes no other."""
        failures = []
        for handler in self._concerned(envelope):
            try:
                await self._work(envelope.tenant_id, [(envelope, handler)])
            except Exception as failure:  # noqa: BLE001 (raised together below)
                failures.append(failure)
        for errand in self._sent_by(envelope):
            try:
                await _run(errand, envelope)
            except Exception as failure:  # noqa: BLE001 (likewise)
                failures.append(failure)
        if failures:
            raise ExceptionGroup(f"{envelope.type} {envelope.id}", failures)

    async def park(self, envelope: Envelope, reason: str) -> None:
        """Keep a fact that no retry could deliver, with the reason, until somebody replays it; say so where asked."""
        log.error("a fact is parked", type=envelope.type, fact=str(envelope.id))
        last_words = self._last_words[EVENTS[envelope.type]] if envelope.type in EVENTS else []
        try:
            await self._park(envelope, reason, last_words)
        except Exception:
            log.exception("a fact is parked in silence", type=envelope.type, fact=str(envelope.id))
            await self._park(envelope, reason, [])

    async def _park(self, envelope: Envelope, reason: str, last_words: list[Handler]) -> None:
        row = insert(ParkedMessage).values(
            tenant_id=envelope.tenant_id,
            id=envelope.id,
            type=envelope.type,
            envelope=to_builtins(envelope),
            reason=reason,
        )
        async with unit_of_work(self._sessions, envelope.tenant_id, actor=envelope.actor) as session:
            correlate(envelope.correlation_id)
            if await session.scalar(row.on_conflict_do_nothing().returning(ParkedMessage.id)) is None:
                return  # it is parked already
            for handler in last_words:
                await handler.handle(session, envelope.open(), envelope)

    def _concerned(self, envelope: Envelope) -> list[Handler]:
        """Return who hears a fact: all, or the projections only when it is told anew."""
        handlers = self._handlers[EVENTS[envelope.type]]
        return [handler for handler in handlers if not (envelope.announced and handler.once)]

    def _sent_by(self, envelope: Envelope) -> list[Errand]:
        return [] if envelope.announced else self._errands[EVENTS[envelope.type]]

    async def _work(self, tenant_id: UUID, work: list[tuple[Envelope, Handler]]) -> None:
        if not work:
            return
        async with unit_of_work(self._sessions, tenant_id) as session:
            first = await _claim(session, work)
            opened = {envelope.id: envelope.open() for envelope, _ in work}
            together: dict[str, list[tuple[Event, Envelope]]] = {}
            for envelope, handler in work:
                if handler.together:
                    together.setdefault(handler.name, []).append((opened[envelope.id], envelope))
            for envelope, handler in work:
                if handler.once:
                    if (envelope.id, handler.name) not in first:
                        INBOX_DUPLICATES.labels(handler.name).inc()
                        continue
                    first.remove((envelope.id, handler.name))  # a batch may hold a fact twice
                hear_of(session, envelope, handler.name)
                if not handler.together:
                    with _in_its_trace(envelope, handler.name):
                        await handler.handle(session, opened[envelope.id], envelope)
                elif heard := together.pop(handler.name, None):
                    with _in_its_trace(envelope, handler.name):
                        await handler.handle(session, heard)


def hear_of(session: AsyncSession, envelope: Envelope, handler: str) -> None:
    """Let what follows bear the actor and the correlation of a fact."""
    correlate(envelope.correlation_id, handler=handler)
    act_as(session, envelope.actor)


async def _run(errand: Errand, envelope: Envelope) -> None:
    name = f"{errand.task.__module__}.{errand.task.__name__}"
    correlate(envelope.correlation_id, handler=name)
    with _in_its_trace(envelope, name):
        await errand.task(envelope.open(), envelope)


def _in_its_trace(envelope: Envelope, handler: str) -> AbstractContextManager[object]:
    """Return a span for what one handler does about a fact, in the trace that the fact was written in."""
    attributes = {"moussem.fact": envelope.type, "moussem.fact_id": str(envelope.id)} if is_tracing() else {}
    return span(handler, parent=envelope.traceparent, kind="CONSUMER", attributes=attributes)


async def _claim(session: AsyncSession, work: list[tuple[Envelope, Handler]]) -> set[tuple[UUID, str]]:
    """Claim the effects that were not had yet; while another delivery holds one, wait for how that ends."""
    claims = sorted({(envelope.tenant_id, envelope.id, handler.name) for envelope, handler in work if handler.once})
    if not claims:
        return set()
    tenants, facts, names = zip(*claims, strict=True)
    return {(fact, name) for fact, name in await run(session, _CLAIM, [tenants, facts, names])}
