"""The Dramatiq process of this service."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Subscriptions
from libs.tenants.subscribers import subscriptions as tenants
from services.stakeholders.calls.models import Call
from services.stakeholders.calls.subscribers import subscriptions as cloning
from services.stakeholders.known.subscribers import subscriptions as known
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.models import Person


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (tenants, known, cloning)


async def announce(session: AsyncSession, now: datetime) -> None:
    """Tell the present state of everything anew: for a subscriber that is new or has lost its copy."""
    for organisation in await session.scalars(select(Organisation)):
        publish(session, organisation.fact(), now)
    for call in await session.scalars(select(Call)):
        publish(session, call.fact(), now)
    of_person = (Person.tenant_id == Nomination.tenant_id) & (Person.id == Nomination.person_id)
    for nomination, person in await session.execute(select(Nomination, Person).join(Person, of_person)):
        publish(session, nomination.fact(), now)
        publish(session, nomination.speaker(person), now)
