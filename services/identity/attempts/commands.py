"""Counting attempts, in a transaction of their own: a refused attempt is rolled back, and counts all the same."""

from datetime import datetime

from sqlalchemy import delete, func, select, text

from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.sealing import fingerprint
from services.identity.attempts.domain import WINDOW, admit
from services.identity.attempts.models import Attempt

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:by, 1))")
_FORGOTTEN_AT_ONCE = 100


async def count_attempt(sessions: Sessions, principal: Principal, by: str, now: datetime) -> None:
    """Count an attempt, in the database for all processes; raise `TriedTooOften` where there were too many before."""
    counted_by = fingerprint(by)
    async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
        await session.execute(_ONE_AT_A_TIME, {"by": f"{principal.tenant_id} {counted_by}"})
        old = select(Attempt.id).where(Attempt.at <= now - WINDOW).limit(_FORGOTTEN_AT_ONCE)
        await session.execute(delete(Attempt).where(Attempt.id.in_(old.with_for_update(skip_locked=True))))
        recent = select(func.count(), func.min(Attempt.at)).where(Attempt.by == counted_by, Attempt.at > now - WINDOW)
        before, first_at = (await session.execute(recent)).one()
        admit(before, first_at, now)
        session.add(Attempt(tenant_id=principal.tenant_id, by=counted_by, at=now))
