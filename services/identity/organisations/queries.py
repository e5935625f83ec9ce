"""Looking organisations up in the projection."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.errors import NoSuch
from libs.zones import wall
from services.identity.memberships.models import Membership
from services.identity.organisations.models import KnownOrganisation
from services.identity.tenants.models import Tenant


class Circumstances(Struct, frozen=True):
    """What a mandate is given in: the day that it is in the tenant, the name of the organisation that it is for."""

    today: date
    organisation: Text | None


async def circumstances(session: AsyncSession, organisation_id: UUID | None, now: datetime) -> Circumstances:
    """Return them; raise `NoSuch` for an organisation that is not the tenant's."""
    named = select(Tenant.timezone, KnownOrganisation.name).outerjoin(
        KnownOrganisation, (KnownOrganisation.tenant_id == Tenant.tenant_id) & (KnownOrganisation.id == organisation_id)
    )
    timezone, organisation = (await session.execute(named)).one()
    if organisation_id is not None and organisation is None:
        raise NoSuch(what="organisation", id=str(organisation_id), pointer="/organisation_id")
    return Circumstances(wall(now, timezone).date(), organisation)


def its_organisation() -> ColumnElement[bool]:
    """Return how a membership meets the organisation that it is for."""
    return and_(KnownOrganisation.tenant_id == Membership.tenant_id, KnownOrganisation.id == Membership.organisation_id)
