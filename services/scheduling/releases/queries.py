"""Releases as they are read."""

from datetime import date, datetime

from msgspec import Struct, convert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Programme, ProgrammeChange
from libs.errors import NoSuch
from services.scheduling.known.models import KnownEdition
from services.scheduling.known.queries import known_edition
from services.scheduling.releases.exports import releases_root
from services.scheduling.releases.models import Release


class ReleaseView(Struct, frozen=True, kw_only=True):
    """`files` are addresses of what was published with it; `changes` are those since the release before."""

    number: int
    released_at: datetime
    days: tuple[date, ...]
    sessions: int
    changes: tuple[ProgrammeChange, ...]
    files: list[str]


async def list_releases(session: AsyncSession, edition: str) -> list[ReleaseView]:
    """Return an edition's releases, the latest first."""
    known = await known_edition(session, edition)
    programmes = await session.scalars(
        select(Release.programme).filter_by(edition_id=known.id).order_by(Release.number.desc())
    )
    return [_view(convert(programme, Programme)) for programme in programmes]


async def read_release(session: AsyncSession, edition: str, key: str) -> ReleaseView:
    """Return one release by its number, or the latest."""
    known = await known_edition(session, edition)
    found = select(Release.programme).filter_by(edition_id=known.id).order_by(Release.number.desc()).limit(1)
    if key != "latest":
        found = found.filter_by(number=_number(key))
    programme = await session.scalar(found)
    if programme is None:
        raise NoSuch(what="release", id=key)
    return _view(convert(programme, Programme))


async def slug_of(session: AsyncSession, edition: str) -> str:
    known: KnownEdition = await known_edition(session, edition)
    return known.slug


def _view(programme: Programme) -> ReleaseView:
    root = f"{releases_root(programme.tenant, programme.edition)}/{programme.number}"
    return ReleaseView(
        number=programme.number,
        released_at=programme.released_at,
        days=programme.days,
        sessions=len(programme.sessions),
        changes=programme.changes,
        files=[f"{root}/programme.json", f"{root}/programme.ics"],
    )


def _number(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 9 else -1  # noqa: PLR2004 (PostgreSQL's integer)
