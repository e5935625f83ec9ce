"""What identity does about organisations."""

from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import OrganisationChanged
from libs.db.projections import keep_newest
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.identity.organisations.models import KnownOrganisation

subscriptions = Subscriptions()


@subscriptions.projection(OrganisationChanged)
async def remember_organisation(session: AsyncSession, event: OrganisationChanged, _: Envelope) -> None:
    told = {"tenant_id": event.tenant_id, "id": event.id, "version": event.version, "name": event.name}
    await keep_newest(session, KnownOrganisation, told)
