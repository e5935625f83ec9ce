"""What an operator does about facts: look at the parked ones, send them again, send all again, tell all anew.

None of it does an effect twice: a fact keeps its id, and the inbox remembers the effects that it had.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import dramatiq
from msgspec import Struct, convert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope, message
from libs.messaging.outbox import announcing
from libs.messaging.relay import Connection

Announcer = Callable[[AsyncSession, datetime], Awaitable[None]]

_PARKED: LiteralString = "SELECT tenant_id, id, type, reason, parked_at FROM parked ORDER BY parked_at, id"
_TAKE: LiteralString = """
    DELETE FROM parked WHERE (tenant_id, id) IN (
        SELECT tenant_id, id FROM parked WHERE parked_at <= %(until)s AND (%(id)s::uuid IS NULL OR id = %(id)s)
        ORDER BY parked_at, id LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING envelope
"""
_AGAIN: LiteralString = "UPDATE outbox SET sent_at = NULL WHERE sent_at >= %s"
_TENANTS: LiteralString = "SELECT tenant_id FROM known_tenant ORDER BY tenant_id"


class ParkedFact(Struct, frozen=True):
    """A fact that a service could not take in, and why."""

    tenant_id: UUID
    id: UUID
    type: str
    reason: str
    parked_at: datetime


def parked(connection: Connection) -> list[ParkedFact]:
    """Return the facts that one service has parked, oldest first."""
    return [convert(row, ParkedFact) for row in connection.execute(_PARKED)]


def replay_parked(
    connection: Connection, service: str, broker: dramatiq.Broker, now: datetime, *, fact: UUID | None = None
) -> int:
    """Bring a service again what it had parked until now (or one fact of it); return how many facts.

    One that fails again is parked again.
    """
    replayed = 0
    while True:
        with connection.transaction():
            rows = connection.execute(_TAKE, {"id": fact, "until": now}).fetchall()
            for row in rows:
                broker.enqueue(message(service, [convert(row["envelope"], Envelope)]))
        replayed += len(rows)
        if not rows:
            return replayed


def replay_since(connection: Connection, moment: datetime) -> int:
    """Let the relay send again what it sent from `moment` on (a broker lost it); return how many facts."""
    return connection.execute(_AGAIN, (moment,)).rowcount


def known_tenants(connection: Connection) -> list[UUID]:
    """Return the tenants that a service knows of."""
    return [row["tenant_id"] for row in connection.execute(_TENANTS)]


async def announce(sessions: Sessions, tenants: Iterable[UUID], announcer: Announcer, now: datetime) -> None:
    """Let a service tell the present state of all that it owns anew, a transaction for each tenant."""
    for tenant_id in tenants:
        async with unit_of_work(sessions, tenant_id, actor="announcement") as session:
            announcing(session)
            await announcer(session, now)
