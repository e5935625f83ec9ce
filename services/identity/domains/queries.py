"""Reads of mail domains."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domains.models import MailDomain


async def proven_domains(session: AsyncSession, organisation_id: UUID) -> Sequence[str]:
    """Return the domains that an organisation has proven to be its own."""
    proven = select(MailDomain.domain).filter_by(organisation_id=organisation_id)
    return (await session.scalars(proven.where(MailDomain.verified_at.is_not(None)))).all()
