"""The one place that picks Dramatiq's broker: by the scheme of its address."""

from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import xq_name
from dramatiq.middleware import AgeLimit, AsyncIO, Middleware, Retries, ShutdownNotifications, TimeLimit
from dramatiq_postgres import PostgresBroker
from psycopg_pool import ConnectionPool
from typing_extensions import override

from libs.config import Settings, as_role

SCHEMA = "broker"
_CONNECTIONS_PER_QUEUE = 3  # one per consumer of a queue and of its delays, and one for acknowledgements
_DEAD_AFTER = 5.0  # seconds without a worker's heartbeat until its messages go to another
_KEPT = 7 * 24 * 3600 * 1000


class QuorumBroker(RabbitmqBroker):
    """RabbitMQ with quorum queues (replicated, fsynced) in place of Dramatiq's classic ones."""

    @override
    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        return {**super()._build_queue_arguments(queue_name), "x-queue-type": "quorum"}  # type: ignore[no-untyped-call]

    @override
    def _declare_xq_queue(self, queue_name: str) -> Any:
        arguments = {"x-message-ttl": _KEPT, "x-queue-type": "quorum"}
        return self.channel.queue_declare(queue=xq_name(queue_name), durable=True, arguments=arguments)


def open_broker(settings: Settings, *middleware: Middleware, queues: int = 8) -> dramatiq.Broker:
    """Return the broker that `MOUSSEM_BROKER_URL` names; what is given runs beside Dramatiq's usual middleware."""
    usual = [AgeLimit(), TimeLimit(), ShutdownNotifications(), Retries(), AsyncIO(), *middleware]
    if settings.broker_url.startswith("amqp"):
        return QuorumBroker(url=settings.broker_url, confirm_delivery=True, middleware=usual)
    pool = ConnectionPool(
        as_role(settings.broker_url, "broker"),
        min_size=1,
        max_size=_CONNECTIONS_PER_QUEUE * queues,
        open=True,
        kwargs={"application_name": "moussem-broker"},
    )
    broker: dramatiq.Broker = PostgresBroker(
        pool=pool,
        schema=SCHEMA,
        results=False,
        poll_interval=0.2,  # a wake-up may be missed once in a while
        heartbeat_interval=1.0,
        heartbeat_ttl=_DEAD_AFTER,
        maintenance_interval=_DEAD_AFTER,
        middleware=usual,
    )
    return broker
