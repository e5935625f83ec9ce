"""The one place that picks Dramatiq's broker: by the scheme of its address."""

from contextlib import AbstractContextManager, nullcontext

import dramatiq
from dramatiq.middleware import AgeLimit, AsyncIO, Middleware, ShutdownNotifications, TimeLimit
from psycopg_pool import ConnectionPool

from libs.config import Settings
from libs.messaging.delays import MeantPauses
from libs.messaging.postgres_broker import SteadyBroker
from libs.messaging.quorum_broker import QuorumBroker
from libs.messaging.retries import SureRetries
from libs.messaging.tracing import CarriesTrace

SCHEMA = "broker"
_CONNECTIONS_PER_QUEUE = 2  # one per consumer of a queue and of its delays
_CONNECTIONS_FOR_ALL = 6  # acknowledgements, the relay, and the one that listens
_RECONNECTS_WITHIN = 4.0  # seconds of doubling pauses; then whoever needs a connection next begins anew
_DEAD_AFTER = 5.0  # seconds without a worker's heartbeat until its messages go to another


def open_broker(settings: Settings, *middleware: Middleware, queues: int = 7) -> dramatiq.Broker:
    """Return the broker that `MOUSSEM_BROKER_URL` names; what is given runs beside Dramatiq's usual middleware."""
    usual = [
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        SureRetries(),
        MeantPauses(),
        CarriesTrace(),
        AsyncIO(),
        *middleware,
    ]
    if settings.broker_url.startswith("amqp"):
        return QuorumBroker(url=settings.broker_url, confirm_delivery=True, middleware=usual)
    pool = ConnectionPool(
        settings.broker_address,
        min_size=1,
        max_size=_CONNECTIONS_PER_QUEUE * queues + _CONNECTIONS_FOR_ALL,
        max_idle=30,  # seconds: what a burst opened is closed again
        open=True,
        reconnect_timeout=_RECONNECTS_WITHIN,
        kwargs={"application_name": "moussem-broker"},
    )
    broker: dramatiq.Broker = SteadyBroker(
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


def together(broker: dramatiq.Broker) -> AbstractContextManager[None]:
    """Let what is enqueued in the block cost one commit, where the broker has commits."""
    return broker.together() if isinstance(broker, SteadyBroker) else nullcontext()
