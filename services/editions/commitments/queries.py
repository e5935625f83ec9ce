"""Commitments as they are read: SELECT straight into structs."""

from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.editions.commitments.models import Commitment, CommitmentState


class CommitmentView(Struct, frozen=True, kw_only=True):
    """`acquis`: an earlier edition handed it over; `origin_id` is what it was there."""

    id: UUID
    version: int
    edition_id: UUID
    title: dict[str, str]
    responsible_id: UUID | None
    due_on: date | None
    state: CommitmentState
    acquis: bool
    sample: bool
    origin_id: UUID | None


_COLUMNS = [Commitment.__table__.c[name] for name in CommitmentView.__struct_fields__]


async def list_commitments(session: AsyncSession, edition_id: UUID) -> list[CommitmentView]:
    query = select(*_COLUMNS).filter_by(edition_id=edition_id).order_by(Commitment.due_on, Commitment.id).limit(500)
    return [CommitmentView(**row) for row in (await session.execute(query)).mappings()]
