"""Where two transactions want the same unique key, the database decides; the one that loses is told why."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import DomainError

_UNIQUE_VIOLATION = "23505"


async def flush_unless(session: AsyncSession, taken: DomainError) -> None:
    """Write what waits; raise `taken` where another transaction was first to use a unique key."""
    try:
        await session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise taken from error
        raise
