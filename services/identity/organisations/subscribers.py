"""What identity does about organisations."""

from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import OrganisationChanged
from libs.db.projections import keep_all_newest
from libs.messaging.subscriptions import Heard, Subscriptions
from services.identity.organisations.models import KnownOrganisation

subscriptions = Subscriptions()


@subscriptions.projection_of_all(OrganisationChanged)
async def remember_organisations(session: AsyncSession, heard: Heard[OrganisationChanged]) -> None:
    names = [column.name for column in KnownOrganisation.__table__.columns]
    told = [{name: getattr(event, name) for name in names} for event, _ in heard]
    await keep_all_newest(session, KnownOrganisation, told)
