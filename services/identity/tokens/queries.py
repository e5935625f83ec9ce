"""The keys as verifiers read them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tokens.models import Revocation, SigningKey


async def published_keys(session: AsyncSession) -> list[dict[str, Any]]:
    """Return the public halves of all keys: of the one that signs, the one before, and the one to come."""
    return list(await session.scalars(select(SigningKey.public).order_by(SigningKey.state)))


async def revoked(session: AsyncSession, now: datetime) -> list[str]:
    """Return what was given and is good no more before its time."""
    return list(await session.scalars(select(Revocation.name).where(Revocation.ends_at > now)))
