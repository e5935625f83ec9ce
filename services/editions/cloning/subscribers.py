"""What the other services report of their share of a cloning."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import CloneStepDone
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.editions.cloning.models import CloneStep

subscriptions = Subscriptions()


@subscriptions.projection(CloneStepDone)
async def note_step(session: AsyncSession, event: CloneStepDone, envelope: Envelope) -> None:
    """Note how a step ended; one that was done stays done, whatever comes late."""
    told = {
        "state": "failed" if event.failed else "done",
        "counts": event.counts,
        "reason": event.failed,
        "at": envelope.occurred_at,
    }
    step = update(CloneStep).filter_by(edition_id=event.edition_id, service=event.service)
    await session.execute(step.where(CloneStep.state != "done").values(told))
