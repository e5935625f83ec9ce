"""The two actors of a service: one hears facts, one parks those that no retry could deliver."""

from typing import Any

import dramatiq
import structlog
from dramatiq.asyncio import async_to_sync
from dramatiq.middleware import TimeLimitExceeded
from msgspec import Struct, convert

from libs.messaging.envelopes import HEAR, PARKED, Envelope, message
from libs.messaging.subscriptions import Hearing
from libs.observability.correlation import correlate

log = structlog.get_logger(__name__)

_PARKING_RETRIES = 1_000  # what cannot even be parked waits for whatever is broken
_LONGEST_REASON = 4_000  # characters, the last ones of the traceback


class Patience(Struct, frozen=True):
    """How often a fact is tried again before it is parked, after pauses that double, with jitter."""

    retries: int = 8
    first_pause: int = 1_000  # milliseconds
    longest_pause: int = 600_000  # RabbitMQ holds delayed messages in a worker's memory: ten minutes, not more


def declare(
    broker: dramatiq.Broker,
    service: str,
    hearing: Hearing,
    patience: Patience = Patience(),  # noqa: B008 (frozen)
) -> None:
    """Make `<service>.hear` and `<service>.parked` on the queue of the service's name.

    A batch is tried once: if it fails, its facts come again one by one, so that a bad one is retried and parked alone.
    """

    def hear(batch: list[dict[str, Any]]) -> None:
        envelopes = [convert(each, Envelope) for each in batch]
        correlate(envelopes[0].correlation_id, service=service)
        if len(envelopes) == 1:
            async_to_sync(hearing.hear_one)(envelopes[0])
            return
        try:
            async_to_sync(hearing.hear_all)(envelopes)
        except (Exception, TimeLimitExceeded):
            log.warning("a batch failed: its facts come again one by one", facts=len(envelopes), exc_info=True)
            for envelope in envelopes:
                broker.enqueue(message(service, [envelope]))

    async def parked(given_up: dict[str, Any], _retries: dict[str, Any]) -> None:
        reason = str(given_up["options"].get("traceback") or "")[-_LONGEST_REASON:]
        for each in given_up["args"][0]:
            await hearing.park(convert(each, Envelope), reason)

    pauses: dict[str, Any] = {"min_backoff": patience.first_pause, "max_backoff": patience.longest_pause}
    dramatiq.actor(
        actor_name=f"{service}.{PARKED}", queue_name=service, broker=broker, max_retries=_PARKING_RETRIES, **pauses
    )(parked)
    dramatiq.actor(
        actor_name=f"{service}.{HEAR}",
        queue_name=service,
        broker=broker,
        max_retries=patience.retries,
        time_limit=60_000,
        on_retry_exhausted=f"{service}.{PARKED}",
        **pauses,
    )(hear)
