"""Reading people: SELECT straight into structs."""

from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.i18n.text import Text
from libs.identity import Principal
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.people.models import Person
from services.stakeholders.reach import within_reach


class PersonView(Struct, frozen=True, kw_only=True):
    """`organisation` is where the person works, in words; `organisation_id`, if that is one of this day."""

    id: UUID
    version: int
    full_name: str
    email: str
    title: Text
    organisation: Text
    organisation_id: UUID | None
    language: str | None


PERSON_COLUMNS = [Person.__table__.c[name] for name in PersonView.__struct_fields__]


async def read_person(session: AsyncSession, principal: Principal, person_id: UUID) -> PersonView:
    """Return a person who was nominated; to an organisation, only those whom it has nominated itself."""
    nominated = select(Nomination.id).where(
        Nomination.tenant_id == Person.tenant_id,
        Nomination.person_id == Person.id,
        within_reach(principal, Nomination.organisation_id),
    )
    mine = (Person.tenant_id == principal.tenant_id) & (Person.id == person_id)
    query = select(*PERSON_COLUMNS).where(mine, nominated.exists())
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="person", id=person_id)
    return PersonView(**row)
