"""What lies on the queue: facts in their envelopes, several in one message."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from dramatiq import Message
from msgspec import Struct, convert, to_builtins

from libs.contracts.events import Event
from libs.contracts.subscribers import EVENTS, SINGLY, SUBSCRIBERS

HEAR = "hear"
PARKED = "parked"
_FACTS_PER_MESSAGE = 50


class Envelope(Struct, frozen=True, kw_only=True):
    id: UUID
    type: str
    tenant_id: UUID
    body: dict[str, Any]
    actor: str
    correlation_id: str
    occurred_at: datetime
    announced: bool = False  # told anew for who lost it: it fills projections and has no other effect
    traceparent: str | None = None  # of the span that it was written in (W3C Trace Context)

    def open(self) -> Event:
        """Return the fact; raise `msgspec.ValidationError` or `KeyError` for one that this code does not know."""
        return convert(self.body, EVENTS[self.type])


def to_subscribers(envelopes: Iterable[Envelope]) -> Iterator[Message[None]]:
    """Return the messages that bring each fact to all who hear it, in order, as few as may be."""
    waiting: defaultdict[str, list[Envelope]] = defaultdict(list)
    for envelope in envelopes:
        for service in SUBSCRIBERS[EVENTS[envelope.type]]:
            waiting[service].append(envelope)
    for service, facts in waiting.items():
        yield from to_service(service, facts)


def to_service(service: str, envelopes: Iterable[Envelope]) -> Iterator[Message[None]]:
    """Return the messages that bring facts to one service; a fact that is a task has a message of its own."""
    batch: list[Envelope] = []
    for envelope in envelopes:
        if EVENTS.get(envelope.type) in SINGLY:
            yield message(service, [envelope])
            continue
        batch.append(envelope)
        if len(batch) == _FACTS_PER_MESSAGE:
            yield message(service, batch)
            batch = []
    if batch:
        yield message(service, batch)


def message(service: str, envelopes: list[Envelope]) -> Message[None]:
    """Return one Dramatiq message that carries all of `envelopes` to a service."""
    args = (to_builtins(envelopes),)
    return Message(queue_name=service, actor_name=f"{service}.{HEAR}", args=args, kwargs={}, options={})
