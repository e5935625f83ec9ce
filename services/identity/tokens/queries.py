"""The keys as verifiers read them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tokens.models import SigningKey


async def published_keys(session: AsyncSession) -> list[dict[str, Any]]:
    """Return the public halves of all keys: of the one that signs, the one before, and the one to come."""
    return list(await session.scalars(select(SigningKey.public).order_by(SigningKey.state)))
