"""How the queues stand: the figures that are in databases and broker, read by one process for all: `infra.standing`.

It looks when it is asked, as the relays' roles, which see messages of all tenants and nothing else.
"""

import base64
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import dramatiq
import pika
import psycopg
import structlog
from dramatiq.common import xq_name
from msgspec import Struct, convert
from msgspec.structs import asdict
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.rows import dict_row
from typing_extensions import override

from infra.composition import serving
from infra.observing import observed
from infra.passwords import passwords_in
from libs.config import KEY_BYTES, Settings, as_role, read_settings
from libs.observability.logs import configure_logs
from libs.observability.outages import Outage

SOLVE = "solve"
_ANSWERS_WITHIN = 5  # seconds
_OF_SERVICE: LiteralString = """
    SELECT waiting.count AS waiting, waiting.oldest, parked.count AS parked, alive.seen
    FROM (SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)::float8 AS oldest
          FROM outbox WHERE sent_at IS NULL) AS waiting,
         (SELECT count(*) FROM parked) AS parked,
         (SELECT extract(epoch FROM clock_timestamp() - max(seen_at))::float8 AS seen FROM worker) AS alive
"""
_OF_QUEUES: LiteralString = """
    SELECT queue_name AS queue, count(*) FILTER (WHERE state IN ('queued', 'consumed')) AS waiting,
        count(*) FILTER (WHERE state = 'rejected') AS dead FROM broker.queue GROUP BY queue_name
"""

log = structlog.get_logger(__name__)


class Stand(Struct, frozen=True):
    """How one service's messages stand; `oldest` fact unsent, and when a worker was `seen`, in seconds ago."""

    waiting: int
    oldest: float
    parked: int
    seen: float | None


class Queue(Struct, frozen=True):
    name: str
    waiting: int
    dead: int


class ServiceStand(Collector):
    """Gauges of every service's messages and of the broker's queues, as they are at the moment of asking."""

    def __init__(self, settings: Settings, passwords: Mapping[str, str]) -> None:
        self._settings = settings
        self._passwords = passwords
        self._services = serving("worker")
        self._database = Outage(log, "the database that tells how the queues stand")
        self._broker = Outage(log, "the broker that tells how the queues stand")

    def describe(self) -> list[Metric]:
        """Name what is told without asking anybody."""
        return [*_gauges().values(), *_queue_gauges().values()]

    @override
    def collect(self) -> Iterator[Metric]:
        services, queues = _gauges(), _queue_gauges()
        for service in self._services:
            try:
                found = asdict(self.of(service))
            except psycopg.Error as error:
                self._database.met(error)
                services["answers"].add_metric((service,), 0)
                continue
            self._database.over()
            services["answers"].add_metric((service,), 1)
            for name, value in found.items():
                if value is not None:
                    services[name].add_metric((service,), value)
        try:
            for queue in self.queues():
                queues["depth"].add_metric((queue.name,), queue.waiting)
                queues["dead"].add_metric((queue.name,), queue.dead)
            self._broker.over()
        except (psycopg.Error, pika.exceptions.AMQPError, OSError) as error:
            self._broker.met(error or type(error).__name__)
        yield from services.values()
        yield from queues.values()

    def of(self, service: str) -> Stand:
        """Return how one service's messages stand; raise `psycopg.Error`."""
        role = f"{service}_relay"
        address = self._settings.address(role, driver="postgresql", direct=True)
        if role in self._passwords:
            address = as_role(address, role, password=self._passwords[role])
        with psycopg.connect(
            address,
            options=f"-csearch_path={service}",
            application_name="moussem-standing",
            connect_timeout=_ANSWERS_WITHIN,
            row_factory=dict_row,
        ) as connection:
            return convert(connection.execute(_OF_SERVICE).fetchone(), Stand)

    def queues(self) -> Iterator[Queue]:
        """Yield each queue that there is; raise what the broker's driver raises."""
        if self._settings.broker_url.startswith("amqp"):
            yield from rabbitmq_queues(self._settings.broker_url, (*self._services, SOLVE))
            return
        with psycopg.connect(self._settings.broker_address, connect_timeout=_ANSWERS_WITHIN) as connection:
            yield from (Queue(*row) for row in connection.execute(_OF_QUEUES))


def rabbitmq_queues(address: str, names: tuple[str, ...]) -> Iterator[Queue]:
    """Yield of each queue that there is how many messages wait in it, and how many lie with its dead letters."""
    parameters = pika.URLParameters(address)
    parameters.socket_timeout = parameters.blocked_connection_timeout = _ANSWERS_WITHIN
    connection = pika.BlockingConnection(parameters)
    try:
        for name in names:
            depths = [_depth(connection, each) for each in (name, dramatiq.common.dq_name(name), xq_name(name))]
            if depths[0] is not None:
                yield Queue(name, depths[0] + (depths[1] or 0), depths[2] or 0)
    finally:
        connection.close()


def _depth(connection: Any, queue: str) -> int | None:
    channel = connection.channel()
    try:
        declared = channel.queue_declare(queue, passive=True)
    except pika.exceptions.ChannelClosedByBroker:
        return None  # there is no such queue: nothing was sent to it yet
    channel.close()
    return int(declared.method.message_count)


def _gauges() -> dict[str, GaugeMetricFamily]:
    told = {
        "waiting": ("moussem_outbox_waiting", "Facts that are written and not sent yet"),
        "oldest": ("moussem_outbox_oldest_seconds", "Age of the oldest fact that is not sent yet"),
        "parked": ("moussem_parked", "Facts that no retry could deliver"),
        "seen": ("moussem_worker_seen_seconds", "How long ago a worker of the service last said that it lives"),
        "answers": ("moussem_database_answers", "1 where the service's database answered, else 0"),
    }
    return {key: GaugeMetricFamily(name, what, labels=("service",)) for key, (name, what) in told.items()}


def _queue_gauges() -> dict[str, GaugeMetricFamily]:
    told = {
        "depth": ("moussem_queue_messages", "Messages in a queue, those that are being worked on too"),
        "dead": ("moussem_dead_letters", "Messages that the broker gave up: nobody could read them"),
    }
    return {key: GaugeMetricFamily(name, what, labels=("queue",)) for key, (name, what) in told.items()}


def stand_of(settings: Settings, environ: Mapping[str, str]) -> ServiceStand:
    return ServiceStand(settings, passwords_in(environ.get("MOUSSEM_PASSWORDS", "")))


def main() -> None:
    """Tell until SIGTERM or SIGINT. The key is none of its business: it opens no letter."""
    configure_logs()
    settings = read_settings({**os.environ, "MOUSSEM_KEY": base64.b64encode(bytes(KEY_BYTES)).decode()})
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with observed(settings, "standing", (), stand_of(settings, os.environ)):
        stopping.wait()


if __name__ == "__main__":
    main()
