"""Editions as they are read: SELECT straight into structs."""

from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.identity import Principal
from libs.permissions import PUBLIC, SPEAKER
from services.editions.editions.models import Edition, matches


class EditionView(Struct, frozen=True, kw_only=True):
    """`unofficial` lists the languages in which the theme is a translation of ours."""

    id: UUID
    version: int
    slug: str
    ordinal: int
    starts_on: date
    ends_on: date
    timezone: str
    city: dict[str, str]
    region: str
    theme: dict[str, str]
    unofficial: list[str]
    opened_by: str
    facts: list[dict[str, str]]
    sources: list[str]
    demonstration: bool
    announced: bool
    origin_id: UUID | None


_COLUMNS = [Edition.__table__.c[name] for name in EditionView.__struct_fields__]


async def list_editions(session: AsyncSession, principal: Principal) -> list[EditionView]:
    """Return the editions that the caller may know of, newest first."""
    query = select(*_COLUMNS).order_by(Edition.ordinal.desc())
    if _outside(principal):
        query = query.where(Edition.announced)
    return [EditionView(**row) for row in (await session.execute(query)).mappings()]


async def read_edition(session: AsyncSession, principal: Principal, key: str) -> EditionView:
    """Return one edition by slug or id; one that is not announced does not exist for the public."""
    query = select(*_COLUMNS).where(matches(key))
    if _outside(principal):
        query = query.where(Edition.announced)
    row = (await session.execute(query)).mappings().first()
    if row is None:
        raise NoSuch(what="edition", id=key)
    return EditionView(**row)


def _outside(principal: Principal) -> bool:
    return principal.role in {PUBLIC, SPEAKER}
