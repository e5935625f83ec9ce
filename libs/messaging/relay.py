"""Takes facts from the outboxes to the broker: woken by NOTIFY, looking once a second all the same.

Publishes inside the transaction that marks the rows as sent: a crash between the two sends them again, which is
harmless. A row that is committed late is found late, not lost: nothing here remembers a position. One relay at a time
works on an outbox (an advisory lock), so that two do not reorder what they share.
"""

import threading
from collections import defaultdict
from typing import Any, LiteralString, cast

import dramatiq
import psycopg
import structlog
from msgspec import convert
from psycopg.rows import dict_row
from typing_extensions import override

from libs.config import Settings
from libs.contracts.subscribers import EVENTS, SUBSCRIBERS
from libs.messaging.envelopes import Envelope, to_service

BATCH = 200
_FACTS_PER_MESSAGE = 50
_LOOK_EVERY = 1.0  # seconds
_LONGEST_PAUSE = 30.0

log = structlog.get_logger(__name__)
_WAITING: LiteralString = """
    SELECT tenant_id, id, type, body, actor, correlation_id, occurred_at FROM outbox
    WHERE sent_at IS NULL ORDER BY pos LIMIT %s FOR UPDATE SKIP LOCKED
"""
_SENT: LiteralString = """
    UPDATE outbox SET sent_at = now() FROM unnest(%s::uuid[], %s::uuid[]) AS done(tenant_id, id)
    WHERE (outbox.tenant_id, outbox.id) = (done.tenant_id, done.id)
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

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    @override
    def run(self) -> None:
        pause = _LOOK_EVERY
        while not self._stopping.is_set():
            try:
                self._work()
                pause = _LOOK_EVERY
            except (psycopg.Error, dramatiq.errors.ConnectionError) as error:
                log.warning("relay waits", reason=str(error), seconds=pause)
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _work(self) -> None:
        connections = {service: self._connect(service) for service in self._services}
        listener = self._connect(self._services[0], autocommit=True)
        try:
            listener.execute("LISTEN outbox")
            woken = set(self._services)
            while not self._stopping.is_set():
                for service in woken:
                    drain(connections[service], self._broker)
                woken = self._wait(listener)
                if not woken:
                    woken = set(self._services)
                    for connection in connections.values():
                        connection.execute(_ALIVE, (self._worker,))
                        connection.commit()
        finally:
            for connection in (listener, *connections.values()):
                connection.close()

    def _wait(self, listener: psycopg.Connection[dict[str, Any]]) -> set[str]:
        """Return the services whose outbox was written to; none after a second of silence."""
        woken = {notice.payload for notice in listener.notifies(timeout=_LOOK_EVERY, stop_after=1)}
        woken |= {notice.payload for notice in listener.notifies(timeout=0)}
        return woken & set(self._services)

    def _connect(self, service: str, *, autocommit: bool = False) -> psycopg.Connection[dict[str, Any]]:
        return relay_connection(self._settings, service, autocommit=autocommit)


def relay_connection(
    settings: Settings, service: str, *, autocommit: bool = False
) -> psycopg.Connection[dict[str, Any]]:
    """Connect as the one role that sees the outbox, inbox and parked rows of all tenants."""
    return psycopg.connect(
        settings.address(f"{service}_relay", driver="postgresql", direct=True),
        autocommit=autocommit,
        options=f"-csearch_path={service}",
        application_name=f"moussem-relay-{service}",
        row_factory=cast("Any", dict_row),
    )


def drain(connection: psycopg.Connection[dict[str, Any]], broker: dramatiq.Broker) -> int:
    """Send all that waits in one outbox; return how many facts were sent."""
    sent = 0
    while True:
        with connection.transaction():
            mine = connection.execute(
                "SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.relay')) AS mine"
            ).fetchone()
            if not (mine and mine["mine"]):
                return sent
            rows = connection.execute(_WAITING, (BATCH,)).fetchall()
            if rows:
                _send(rows, broker)
                connection.execute(_SENT, ([row["tenant_id"] for row in rows], [row["id"] for row in rows]))
        sent += len(rows)
        if len(rows) < BATCH:
            return sent


def _send(rows: list[dict[str, Any]], broker: dramatiq.Broker) -> None:
    waiting: defaultdict[str, list[Envelope]] = defaultdict(list)
    for row in rows:
        for service in SUBSCRIBERS[EVENTS[row["type"]]]:
            waiting[service].append(convert(row, Envelope))
    for service, envelopes in waiting.items():
        for start in range(0, len(envelopes), _FACTS_PER_MESSAGE):
            broker.enqueue(to_service(service, envelopes[start : start + _FACTS_PER_MESSAGE]))
