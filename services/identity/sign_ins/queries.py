"""Reads of sign-ins."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from services.identity.sign_ins.models import SignIn


async def signed_in_at(session: AsyncSession, principal: Principal) -> datetime | None:
    """Return when the sign-in began that a person's token comes from; none where it has ended or there was none."""
    if principal.sign_in_id is None:
        return None
    return await session.scalar(select(SignIn.began_at).filter_by(id=principal.sign_in_id, ended_at=None))
