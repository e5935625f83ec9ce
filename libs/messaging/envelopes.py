"""What lies on the queue: facts in their envelopes, several in one message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from dramatiq import Message
from msgspec import Struct, convert, to_builtins

from libs.contracts.events import Event
from libs.contracts.subscribers import EVENTS

HEAR = "hear"
PARKED = "parked"


class Envelope(Struct, frozen=True, kw_only=True):
    id: UUID
    type: str
    tenant_id: UUID
    body: dict[str, Any]
    actor: str
    correlation_id: str
    occurred_at: datetime

    def open(self) -> Event:
        """Return the fact; raise `msgspec.ValidationError` or `KeyError` for one that this code does not know."""
        return convert(self.body, EVENTS[self.type])


def to_service(service: str, envelopes: list[Envelope]) -> Message[None]:
    """Return one Dramatiq message that carries all of `envelopes` to a service."""
    args = (to_builtins(envelopes),)
    return Message(queue_name=service, actor_name=f"{service}.{HEAR}", args=args, kwargs={}, options={})
