"""Takes facts from the outboxes to the broker: woken by NOTIFY, looking once a second all the same.

Publishes inside the transaction that marks the rows as sent: a crash between the two sends them again, which is
harmless. A row that is committed late is found late, not lost: nothing here remembers a position. One relay at a time
works on an outbox (an advisory lock), so that two do not reorder what they share. A fact that this code does not know,
written by a newer one, waits for a relay that does.
"""

import threading
import time
from contextlib import ExitStack
from typing import Any, LiteralString, cast

import dramatiq
import psycopg
import structlog
from msgspec import convert
from psycopg.rows import dict_row
from typing_extensions import override

from libs.config import Settings
from libs.contracts.subscribers import EVENTS
from libs.messaging.brokers import together
from libs.messaging.envelopes import Envelope, to_subscribers
from libs.messaging.retention import forget
from libs.observability.outages import Outage

BATCH = 200
Connection = psycopg.Connection[dict[str, Any]]

_LOOK_EVERY = 1.0  # seconds
_FORGET_EVERY = 3600.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 4.0  # what is back is soon noticed: until then /readyz misses this worker
_STOPS_WITHIN = 10.0

log = structlog.get_logger(__name__)
_MINE: LiteralString = "SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.relay')) AS mine"
_WAITING: LiteralString = """
    SELECT tenant_id, id, type, body, actor, correlation_id, occurred_at, announced, traceparent
    FROM outbox
    WHERE sent_at IS NULL AND type = ANY(%s) ORDER BY pos LIMIT %s FOR UPDATE SKIP LOCKED
"""
_SENT: LiteralString = """
    UPDATE outbox SET sent_at = now() FROM unnest(%s::uuid[], %s::uuid[]) AS done(tenant_id, id)
    WHERE (outbox.tenant_id, outbox.id) = (done.tenant_id, done.id)
"""
_POSTPONES: LiteralString = "SELECT to_regclass('due') IS NOT NULL AS so"
_RIPEN: LiteralString = """
    WITH ripe AS (
        DELETE FROM due WHERE (tenant_id, id) IN (
            SELECT tenant_id, id FROM due WHERE due_at <= clock_timestamp()
            ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING tenant_id, id, type, aggregate_id, version, body, actor, correlation_id, due_at)
    INSERT INTO outbox
        (tenant_id, id, type, aggregate_id, version, body, actor, correlation_id, occurred_at, announced)
    SELECT tenant_id, id, type, aggregate_id, version, body, actor, correlation_id, due_at, false
    FROM ripe ORDER BY due_at
"""
_ALIVE: LiteralString = """
    INSERT INTO worker (name, seen_at) VALUES (%s, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
"""


class Relay(threading.Thread):
    """The relay of the services that one worker process serves; also tells that this worker lives."""

    def __init__(self, settings: Settings, services: tuple[str, ...], broker: dramatiq.Broker, *, name: str) -> None:
        super().__init__(name="relay", daemon=True)
        self._settings = settings
        self._services = services
        self._broker = broker
        self._worker = name
        self._stopping = threading.Event()
        self._pause = _FIRST_PAUSE
        self._outage = Outage(log, "what the relay needs")
        self._forget_at = dict.fromkeys(services, 0.0)

    def stop(self) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(_STOPS_WITHIN)

    @override
    def run(self) -> None:
        """Work until stopped; whatever fails, begin anew after a pause that grows while nothing works."""
        while not self._stopping.is_set():
            try:
                self._work()
            except psycopg.Error as error:
                self._outage.met(error)
            except Exception:
                log.exception("the relay failed and begins anew", seconds=self._pause)
            else:
                continue
            self._stopping.wait(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _work(self) -> None:
        with ExitStack() as open_connections:
            listener, *rest = (
                open_connections.enter_context(relay_connection(self._settings, service))
                for service in (self._services[0], *self._services)
            )
            connections = dict(zip(self._services, rest, strict=True))
            listener.execute("LISTEN outbox")
            looked_at, woken = float("-inf"), set[str]()
            while not self._stopping.is_set():
                if time.monotonic() - looked_at >= _LOOK_EVERY:
                    looked_at, woken = time.monotonic(), set(self._services)
                    self._keep_house(connections)
                try:
                    more = {service for service in woken if drain(connections[service], self._broker) == BATCH}
                except dramatiq.errors.BrokerConnectionError as error:  # the outbox keeps; this worker lives
                    self._outage.met(error)
                    self._stopping.wait(_LOOK_EVERY)
                    continue
                self._pause = _FIRST_PAUSE
                self._outage.over()
                woken = more | self._wait(listener, 0 if more else _LOOK_EVERY)

    def _keep_house(self, connections: dict[str, Connection]) -> None:
        """Say that this worker lives, take up what is due; now and then forget what is old, a little at a time."""
        for service, connection in connections.items():
            connection.execute(_ALIVE, (self._worker,))
            ripen(connection)
            if time.monotonic() >= self._forget_at[service] and not forget(connection):
                self._forget_at[service] = time.monotonic() + _FORGET_EVERY

    def _wait(self, listener: Connection, seconds: float) -> set[str]:
        """Return the services whose outbox was written to; none after so many seconds of silence."""
        woken = {notice.payload for notice in listener.notifies(timeout=seconds, stop_after=1)}
        woken |= {notice.payload for notice in listener.notifies(timeout=0)}
        return woken & set(self._services)


def relay_connection(settings: Settings, service: str) -> Connection:
    """Connect as the one role that sees the outbox, inbox and parked rows of all tenants; each statement commits."""
    return psycopg.connect(
        settings.address(f"{service}_relay", driver="postgresql", direct=True),
        autocommit=True,
        options=f"-csearch_path={service}",
        application_name=f"moussem-relay-{service}",
        row_factory=cast("Any", dict_row),
        connect_timeout=5,
        keepalives_idle=5,  # a network that falls silent is noticed: a listener sends nothing by itself
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=10_000,
    )


def ripen(connection: Connection) -> int:
    """Move the facts that are due to the outbox, `BATCH` at most; return how many."""
    postpones = connection.execute(_POSTPONES).fetchone()
    return connection.execute(_RIPEN, (BATCH,)).rowcount if postpones and postpones["so"] else 0


def drain(connection: Connection, broker: dramatiq.Broker) -> int:
    """Send what waits in one outbox, `BATCH` facts at most; return how many were sent."""
    with connection.transaction():
        mine = connection.execute(_MINE).fetchone()
        if not (mine and mine["mine"]):
            return 0
        rows = connection.execute(_WAITING, (list(EVENTS), BATCH)).fetchall()
        if not rows:
            return 0
        with together(broker):
            for message in to_subscribers(convert(row, Envelope) for row in rows):
                broker.enqueue(message)
        connection.execute(_SENT, ([row["tenant_id"] for row in rows], [row["id"] for row in rows]))
    return len(rows)
