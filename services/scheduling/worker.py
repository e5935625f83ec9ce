"""The Dramatiq process of this service. Solves have a queue of their own, and each a process of its own."""

from datetime import datetime
from uuid import UUID

import dramatiq
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.db.tenancy import Sessions
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Subscriptions
from libs.tenants.subscribers import subscriptions as tenants
from libs.web.clock import now
from services.scheduling.cloning.subscribers import subscriptions as cloning
from services.scheduling.drafts.subscribers import run_solve, solving
from services.scheduling.known.subscribers import subscriptions as known
from services.scheduling.releases.commands import programme_released
from services.scheduling.releases.models import Release

LANES = {"solve": 2}  # solves at a time: each has a processor's work, and no thread that hears facts
_LONGEST_SOLVE = 15 * 60 * 1000  # milliseconds


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (tenants, known, cloning)


def declare(broker: dramatiq.Broker, sessions: Sessions, _: Settings) -> tuple[Subscriptions, ...]:
    """Make the actor that solves; return what sets it going."""

    async def solve(tenant_id: str, solve_id: str) -> None:
        await run_solve(sessions, UUID(tenant_id), UUID(solve_id), now)

    actor = dramatiq.actor(
        actor_name="scheduling.solve", queue_name="solve", broker=broker, max_retries=3, time_limit=_LONGEST_SOLVE
    )(solve)
    return (solving(actor.send),)


async def announce(session: AsyncSession, now: datetime) -> None:
    """Tell the present state of everything anew: for a subscriber that is new or has lost its copy."""
    latest = select(Release).order_by(Release.edition_id, Release.number.desc()).distinct(Release.edition_id)
    for release in await session.scalars(latest):
        publish(session, programme_released(release), now)
