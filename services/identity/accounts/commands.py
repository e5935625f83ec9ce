"""Finding and making accounts."""

from uuid import UUID

from msgspec import Struct
from sqlalchemy import Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

_ACCOUNT_OF = func.identity.account_of


class FoundAccount(Struct, frozen=True):
    id: UUID
    is_new: bool


async def account_of(session: AsyncSession, email: str, language: str) -> UUID:
    """Return the account of an address, made now if it is new; two that make it at once get the same."""
    return (await find_account(session, email, language)).id


async def find_account(session: AsyncSession, email: str, language: str) -> FoundAccount:
    """Return the same, and whether it was made now."""
    new_id = uuid7()
    account: UUID = (await session.scalars(select(_ACCOUNT_OF(email.casefold(), new_id, language, type_=Uuid)))).one()
    return FoundAccount(account, is_new=account == new_id)
