"""The Dramatiq process of this service."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Subscriptions
from libs.tenants.subscribers import subscriptions as tenants
from services.editions.cloning.subscribers import subscriptions as cloning
from services.editions.commitments.commands import commitment_changed
from services.editions.commitments.models import Commitment
from services.editions.editions.commands import edition_changed
from services.editions.editions.models import Edition
from services.editions.panels.commands import tell_panel
from services.editions.panels.models import Panel


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (tenants, cloning)


async def announce(session: AsyncSession, now: datetime) -> None:
    """Tell the present state of everything anew: for a subscriber that is new or has lost its copy."""
    for edition in await session.scalars(select(Edition)):
        publish(session, edition_changed(edition), now)
    for panel in await session.scalars(select(Panel)):
        await tell_panel(session, panel, now)
    for commitment in await session.scalars(select(Commitment)):
        publish(session, commitment_changed(commitment), now)
