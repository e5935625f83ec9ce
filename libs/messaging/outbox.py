"""Facts leave with the transaction that caused them."""

from datetime import datetime

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.contracts.events import Event
from libs.db.new_rows import insert_last
from libs.db.tenancy import actor_of
from libs.messaging.models import DueFact, OutboxMessage
from libs.observability.correlation import correlation_id
from libs.observability.tracing import traceparent

_ANNOUNCING = "announcing"


def publish(session: AsyncSession, event: Event, now: datetime) -> None:
    """Write a fact into the outbox of this transaction: it is told if, and only if, its cause is committed."""
    insert_last(
        session,
        OutboxMessage,
        {
            "tenant_id": event.tenant_id,
            "id": uuid7(),
            "type": str(event.__struct_config__.tag),
            "aggregate_id": event.id,
            "version": event.version,
            "body": to_builtins(event),
            "actor": actor_of(session),
            "correlation_id": correlation_id(),
            "occurred_at": now,
            "announced": bool(session.info.get(_ANNOUNCING)),
            "traceparent": traceparent(),
        },
    )


def postpone(session: AsyncSession, event: Event, due_at: datetime) -> None:
    """Let a fact be told at a later moment, in minutes or in days, if this transaction is committed.

    It waits in this database, not in the broker: RabbitMQ would keep it in a worker's memory.
    """
    session.add(
        DueFact(
            tenant_id=event.tenant_id,
            type=str(event.__struct_config__.tag),
            aggregate_id=event.id,
            version=event.version,
            body=to_builtins(event),
            actor=actor_of(session),
            correlation_id=correlation_id(),
            due_at=due_at,
        )
    )


def announcing(session: AsyncSession) -> None:
    """Let everything that this transaction publishes be told anew: it fills projections and has no other effect."""
    session.info[_ANNOUNCING] = True
