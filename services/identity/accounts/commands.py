"""Finding and making accounts."""

from uuid import UUID

from sqlalchemy import Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

_ACCOUNT_OF = func.identity.account_of


async def account_of(session: AsyncSession, email: str, language: str) -> UUID:
    """Return the account of an address, made now if it is new; two that make it at once get the same."""
    account: UUID = (await session.scalars(select(_ACCOUNT_OF(email.casefold(), uuid7(), language, type_=Uuid)))).one()
    return account
