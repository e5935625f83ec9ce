"""Reading letters: SELECT straight into structs, without a link, newest first."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from services.outreach.letters.domain import LetterState
from services.outreach.letters.models import Letter


class LetterSummary(Struct, frozen=True):
    id: UUID
    template: str
    language: str
    recipient: str
    recipient_name: str
    state: LetterState
    reason: str
    tries: int
    requested_at: datetime
    sent_at: datetime | None
    next_try_at: datetime | None


_COLUMNS = (
    Letter.id,
    Letter.template,
    Letter.language,
    Letter.recipient,
    Letter.recipient_name,
    Letter.state,
    Letter.reason,
    Letter.tries,
    Letter.requested_at,
    Letter.sent_at,
    Letter.next_try_at,
)


async def list_letters(
    session: AsyncSession, tenant_id: UUID, *, before: UUID | None, limit: int
) -> list[LetterSummary]:
    """Return at most `limit` letters of the tenant, those that were asked for last first."""
    query = select(*_COLUMNS).filter_by(tenant_id=tenant_id).order_by(Letter.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Letter.id < before)
    return [LetterSummary(*row) for row in await session.execute(query)]


async def read_letter(session: AsyncSession, tenant_id: UUID, letter_id: UUID) -> LetterSummary:
    """Return one letter; raise `NoSuch` where the tenant has none of this id."""
    row = (await session.execute(select(*_COLUMNS).filter_by(tenant_id=tenant_id, id=letter_id))).one_or_none()
    if row is None:
        raise NoSuch(what="letter", id=letter_id)
    return LetterSummary(*row)
