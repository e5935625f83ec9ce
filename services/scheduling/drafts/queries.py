"""Drafts as they are read: their placements, what is unplaced, and their conflicts in words."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.zones import local
from services.scheduling.constraints.registry import check, score
from services.scheduling.constraints.sentences import ConflictView, tell
from services.scheduling.drafts.models import Draft, Placement, Solve, SolveState
from services.scheduling.ground.domain import (
    Ground,
    programme_of,
)
from services.scheduling.ground.queries import read_ground, read_placements
from services.scheduling.known.models import KnownEdition, matches
from services.scheduling.problem import Problem
from services.scheduling.programme import Placed, Timetable


class DraftSummary(Struct, frozen=True, kw_only=True):
    id: UUID
    version: int
    edition_id: UUID
    placed: int
    created_at: datetime
    changed_at: datetime


class DayView(Struct, frozen=True, kw_only=True):
    """A programme day: `closes_at` may be after midnight."""

    date: date
    opens_at: datetime
    closes_at: datetime


class PlacementView(Struct, frozen=True, kw_only=True):
    """`day` is the programme day; none outside of every day's hours."""

    session_id: UUID
    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    day: date | None


class SolveView(Struct, frozen=True, kw_only=True):
    """`score` counts what the best programme so far loses at each level; `bound` is how low `level` could still go."""

    id: UUID
    draft_id: UUID
    state: SolveState
    seconds: int
    improvements: int
    score: dict[str, int]
    level: str
    bound: int
    placed: int
    unplaced: int
    asked_at: datetime
    heard_at: datetime


class DraftView(Struct, frozen=True, kw_only=True):
    """Times carry the offset of `timezone`. `solve` is the last one that was asked for."""

    id: UUID
    version: int
    edition_id: UUID
    edition: str
    timezone: str
    days: list[DayView]
    placements: list[PlacementView]
    unplaced: list[UUID]
    conflicts: list[ConflictView]
    score: dict[str, int]
    solve: SolveView | None
    created_at: datetime
    changed_at: datetime


async def list_drafts(session: AsyncSession, edition: str) -> list[DraftSummary]:
    """Return an edition's drafts, the newest first."""
    placed = select(func.count()).where(Placement.tenant_id == Draft.tenant_id, Placement.draft_id == Draft.id)
    own = [Draft.__table__.c[name] for name in DraftSummary.__struct_fields__ if name != "placed"]
    of_draft = (KnownEdition.tenant_id == Draft.tenant_id) & (KnownEdition.id == Draft.edition_id)
    query = select(*own, placed.scalar_subquery().label("placed")).join(KnownEdition, of_draft)
    rows = await session.execute(query.where(matches(edition)).order_by(Draft.id.desc()).limit(200))
    return [DraftSummary(**row) for row in rows.mappings()]


async def read_draft(session: AsyncSession, draft_id: UUID, language: str) -> DraftView:
    draft: Draft | None = await session.scalar(select(Draft).filter_by(id=draft_id))
    if draft is None:
        raise NoSuch(what="draft", id=draft_id)
    ground = await read_ground(session, draft.edition_id)
    placements = await read_placements(session, draft.id)
    solves = await session.scalars(select(Solve).filter_by(draft_id=draft.id).order_by(Solve.id.desc()).limit(1))
    solve = solves.one_or_none()
    problem = ground.problem()
    programme = programme_of(problem, placements)
    timetable, conflicts = Timetable(problem, programme), check(problem, programme)
    zone = ground.timezone
    return DraftView(
        id=draft.id,
        version=draft.version,
        edition_id=draft.edition_id,
        edition=ground.edition,
        timezone=zone,
        days=_days(ground, problem),
        placements=[_placement(placed, problem, ground) for placed in timetable.placed],
        unplaced=[session.id for session in timetable.unplaced],
        conflicts=tell(conflicts, ground.texts(), language),
        score={str(level): loss for level, loss in score(conflicts).items()},
        solve=solve_view(solve) if solve else None,
        created_at=draft.created_at,
        changed_at=draft.changed_at,
    )


async def read_solve(session: AsyncSession, draft_id: UUID, solve_id: UUID) -> SolveView:
    solve = await session.scalar(select(Solve).filter_by(id=solve_id, draft_id=draft_id))
    if solve is None:
        raise NoSuch(what="solve", id=solve_id)
    return solve_view(solve)


def solve_view(solve: Solve) -> SolveView:
    own = {name: getattr(solve, name) for name in SolveView.__struct_fields__ if name != "placed"}
    return SolveView(**own, placed=len(solve.placements))


def _days(ground: Ground, problem: Problem) -> list[DayView]:
    return [
        DayView(
            date=day,
            opens_at=local(problem.wall_time(frame.opens), ground.timezone),
            closes_at=local(problem.wall_time(frame.closes), ground.timezone),
        )
        for day, frame in zip(ground.dates, problem.days, strict=True)
    ]


def _placement(placed: Placed, problem: Problem, ground: Ground) -> PlacementView:
    return PlacementView(
        session_id=placed.session.id,
        room_id=placed.room.id,
        starts_at=local(problem.wall_time(placed.start), ground.timezone),
        ends_at=local(problem.wall_time(placed.end), ground.timezone),
        day=None if placed.day is None else ground.starts_on + timedelta(days=placed.day),
    )
