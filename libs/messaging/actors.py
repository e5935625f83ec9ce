"""The two actors of a service: one hears facts, one parks those that no retry could deliver."""

import asyncio
from typing import Any

import dramatiq
import structlog
from msgspec import convert, to_builtins
from sqlalchemy.dialects.postgresql import insert

from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import HEAR, PARKED, Envelope, to_service
from libs.messaging.models import ParkedMessage
from libs.messaging.subscriptions import Hearing
from libs.observability.correlation import correlate

log = structlog.get_logger(__name__)

RETRIES = 8
_FIRST_PAUSE = 1_000  # milliseconds, doubled each time with jitter
_LONGEST_PAUSE = 600_000  # RabbitMQ holds delayed messages in a worker's memory: never longer than ten minutes


def declare(
    broker: dramatiq.Broker, service: str, sessions: Sessions, hearing: Hearing, *, retries: int = RETRIES
) -> None:
    """Make `<service>.hear` and `<service>.parked` on the queue of the service's name."""

    async def hear(batch: list[dict[str, Any]]) -> None:
        envelopes = [convert(each, Envelope) for each in batch]
        correlate(envelopes[0].correlation_id, service=service)
        if len(envelopes) == 1:
            await hearing.hear_one(envelopes[0])
            return
        try:
            await hearing.hear_all(envelopes)
        except Exception:
            log.exception("a batch failed: its facts come again one by one", facts=len(envelopes))
            for envelope in envelopes:
                await asyncio.to_thread(broker.enqueue, to_service(service, [envelope]))

    async def parked(message: dict[str, Any], _retries: dict[str, Any]) -> None:
        reason = str(message["options"].get("traceback") or "")[-4000:]
        for each in message["args"][0]:
            await park(sessions, convert(each, Envelope), reason)

    dramatiq.actor(actor_name=f"{service}.{PARKED}", queue_name=service, broker=broker, max_retries=1_000)(parked)
    dramatiq.actor(
        actor_name=f"{service}.{HEAR}",
        queue_name=service,
        broker=broker,
        max_retries=retries,
        min_backoff=_FIRST_PAUSE,
        max_backoff=_LONGEST_PAUSE,
        time_limit=60_000,
        on_retry_exhausted=f"{service}.{PARKED}",
    )(hear)


async def park(sessions: Sessions, envelope: Envelope, reason: str) -> None:
    """Keep a fact that could not be delivered, with the reason, until somebody replays it."""
    log.error("a fact is parked", type=envelope.type, fact=str(envelope.id))
    async with unit_of_work(sessions, envelope.tenant_id) as session:
        row = insert(ParkedMessage).values(
            tenant_id=envelope.tenant_id,
            id=envelope.id,
            type=envelope.type,
            envelope=to_builtins(envelope),
            reason=reason,
        )
        await session.execute(row.on_conflict_do_nothing())
