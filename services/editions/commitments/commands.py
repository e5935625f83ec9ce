"""Recording what was promised. The caller owns the transaction."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import CommitmentChanged
from libs.fields import Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from services.editions.commitments.models import Commitment


class RecordCommitment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Words
    responsible_id: UUID | None = None
    due_on: date | None = None
    sample: bool = False


async def record_commitment(
    session: AsyncSession, principal: Principal, edition_id: UUID, command: RecordCommitment, now: datetime
) -> Commitment:
    commitment = Commitment(
        tenant_id=principal.tenant_id,
        edition_id=edition_id,
        title=dict(command.title),
        responsible_id=command.responsible_id,
        due_on=command.due_on,
        state="open",
        acquis=False,
        sample=command.sample,
        origin_id=None,
    )
    session.add(commitment)
    await session.flush()  # gives it its id and version
    publish(session, commitment_changed(commitment), now)
    record(session, principal, "commitments.record", commitment.id, now)
    return commitment


def commitment_changed(commitment: Commitment) -> CommitmentChanged:
    return CommitmentChanged(
        tenant_id=commitment.tenant_id,
        id=commitment.id,
        version=commitment.version,
        edition_id=commitment.edition_id,
        title=commitment.title,
        responsible_id=commitment.responsible_id,
        due_on=commitment.due_on,
        state=commitment.state,
        acquis=commitment.acquis,
        sample=commitment.sample,
    )
