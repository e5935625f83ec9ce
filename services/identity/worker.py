"""Composition root of the worker: what identity listens to, and how it tells all that it owns anew."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Subscriptions
from services.identity.clients.commands import client_changed
from services.identity.clients.models import Client
from services.identity.memberships.commands import membership_changed
from services.identity.memberships.models import Membership
from services.identity.organisations import subscribers as organisations
from services.identity.tenants.commands import tenant_changed
from services.identity.tenants.models import Tenant


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (organisations.subscriptions,)


async def announce(session: AsyncSession, now: datetime) -> None:
    """Tell the present state of everything anew: for a subscriber that is new or has lost its copy."""
    for tenant in await session.scalars(select(Tenant)):
        publish(session, tenant_changed(tenant), now)
    for membership in await session.scalars(select(Membership).filter_by(state="active")):
        publish(session, membership_changed(membership), now)
    for client in await session.scalars(select(Client)):
        publish(session, client_changed(client), now)
