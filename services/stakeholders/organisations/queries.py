"""Reading organisations: SELECT straight into structs."""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.i18n.folding import fold
from libs.i18n.text import Text
from libs.identity import Principal
from services.stakeholders.organisations.domain import Kind
from services.stakeholders.organisations.models import Organisation


class OrganisationView(Struct, frozen=True, kw_only=True):
    id: UUID
    version: int
    slug: str
    kind: Kind
    acronym: str
    name: Text
    sector: str
    region: str
    parent_id: UUID | None


class OrganisationFilters(Struct, frozen=True, kw_only=True):
    """Repeated values of one field mean any of them; `name` is found in any language, however it is spelt."""

    slug: list[str] | None = None
    kind: list[Kind] | None = None
    sector: list[str] | None = None
    region: list[str] | None = None
    parent_id: list[UUID] | None = None
    name: str | None = None


async def read_organisation(session: AsyncSession, principal: Principal, organisation_id: UUID) -> OrganisationView:
    rows = await session.execute(_organisations(principal).where(Organisation.id == organisation_id))
    row = rows.mappings().one_or_none()
    if row is None:
        raise NoSuch(what="organisation", id=organisation_id)
    return OrganisationView(**row)


async def list_organisations(
    session: AsyncSession, principal: Principal, filters: OrganisationFilters, *, after: UUID | None, limit: int
) -> list[OrganisationView]:
    """Return at most `limit` organisations in the order of their ids, which never changes (E24)."""
    query = _organisations(principal).order_by(Organisation.id).limit(limit)
    for field in ("slug", "kind", "sector", "region", "parent_id"):
        wanted = getattr(filters, field)
        if wanted is not None:
            query = query.where(getattr(Organisation, field).in_(wanted))
    if filters.name is not None:
        query = query.where(Organisation.name_folded.contains(fold(filters.name), autoescape=True))
    if after is not None:
        query = query.where(Organisation.id > after)
    return [OrganisationView(**row) for row in (await session.execute(query)).mappings()]


def _organisations(principal: Principal) -> Select[Any]:
    columns = [Organisation.__table__.c[name] for name in OrganisationView.__struct_fields__]
    return select(*columns).where(Organisation.tenant_id == principal.tenant_id)
