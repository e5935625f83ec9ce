"""Looking up what the other services told."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from services.scheduling.known.models import KnownEdition, matches


async def known_edition(session: AsyncSession, key: str | UUID, *, pointer: str = "") -> KnownEdition:
    """Return an edition by slug or id; one that was just made may not be known here for a moment."""
    edition: KnownEdition | None = await session.scalar(select(KnownEdition).where(matches(key)))
    if edition is None:
        raise NoSuch(what="edition", id=key, pointer=pointer)
    return edition
