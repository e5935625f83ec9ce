"""Where two transactions want the same unique key, the database decides; the one that loses is told why."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from libs.db.new_rows import insert_now
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


async def insert_unless(session: AsyncSession, row: DeclarativeBase, taken: DomainError) -> None:
    """Write a new row at once; raise `taken` where another transaction was first to use a unique key."""
    try:
        await insert_now(session, row)
    except Exception as error:
        if getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise taken from error
        raise
