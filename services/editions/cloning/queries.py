"""How far a cloning is."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from services.editions.cloning.models import CloneStep, Cloning, StepState


class CloneStepView(Struct, frozen=True, kw_only=True):
    """`counts` says how many of each thing were carried over; `reason`, why a step was given up."""

    service: str
    state: StepState
    counts: dict[str, int]
    reason: str
    at: datetime | None


class CloningView(Struct, frozen=True, kw_only=True):
    edition_id: UUID
    origin_id: UUID
    shift_days: int
    carried: list[str]
    started_at: datetime
    done: bool
    steps: list[CloneStepView]


async def read_cloning(session: AsyncSession, edition_id: UUID) -> CloningView:
    cloning = await session.scalar(select(Cloning).filter_by(edition_id=edition_id))
    if cloning is None:
        raise NoSuch(what="cloning of edition", id=edition_id)
    steps = [
        CloneStepView(service=each.service, state=each.state, counts=each.counts, reason=each.reason, at=each.at)
        for each in await session.scalars(
            select(CloneStep).filter_by(edition_id=edition_id).order_by(CloneStep.service)
        )
    ]
    return CloningView(
        edition_id=cloning.edition_id,
        origin_id=cloning.origin_id,
        shift_days=cloning.shift_days,
        carried=cloning.carried,
        started_at=cloning.started_at,
        done=all(step.state == "done" for step in steps),
        steps=steps,
    )
