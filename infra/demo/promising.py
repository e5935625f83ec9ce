"""What was promised at an edition of the demonstration: samples, marked so, which the next edition starts from."""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from infra.demo.stage import Stage
from infra.demo.year import Year
from libs.zones import instant
from services.editions.commitments.commands import RecordCommitment, record_commitment
from services.editions.commitments.models import Commitment

_RECORDED_AT = time(17)


async def record_commitments(stage: Stage, year: Year, edition_id: UUID, now: datetime) -> None:
    """Record them on the last afternoon; while that has not come yet, at `now`."""
    principal = year.cast.programme_manager
    last_afternoon = instant(datetime.combine(year.last_day, _RECORDED_AT), year.cast.timezone)
    async with stage.work("editions", principal) as session:
        known = list(await session.scalars(select(Commitment.title).filter_by(edition_id=edition_id)))
        for sample in year.samples.journey.commitments:
            command = RecordCommitment(
                title=sample.title.text,
                responsible_id=year.cast.organisations[sample.responsible],
                due_on=year.last_day + timedelta(days=sample.due_after),
                sample=True,
            )
            if command.title not in known:
                await record_commitment(session, principal, edition_id, command, min(now, last_afternoon))
