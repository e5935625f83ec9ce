"""Drafts as they are read: their placements, what is unplaced, and their conflicts in words."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.zones import local
from services.scheduling.constraints.registry import check, score
from services.scheduling.constraints.sentences import ConflictView, tell
from services.scheduling.drafts.models import Draft, Placement, Solve, SolveState
from services.scheduling.ground.domain import (
    Ground,
    WallPlacement,
    programme_of,
)
from services.scheduling.ground.queries import ground_columns, placements_of_draft
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


_OWN = ("id", "version", "created_at", "changed_at")


async def list_drafts(session: AsyncSession, edition: str, *, after: UUID | None, limit: int) -> list[DraftSummary]:
    """Return at most `limit` of an edition's drafts, the newest first."""
    placed = select(func.count()).where(Placement.tenant_id == Draft.tenant_id, Placement.draft_id == Draft.id)
    own = [Draft.__table__.c[name] for name in DraftSummary.__struct_fields__ if name != "placed"]
    of_draft = (KnownEdition.tenant_id == Draft.tenant_id) & (KnownEdition.id == Draft.edition_id)
    query = select(*own, placed.scalar_subquery().label("placed")).join(KnownEdition, of_draft)
    query = query.where(matches(edition)).order_by(Draft.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Draft.id < after)
    return [DraftSummary(**row) for row in (await session.execute(query)).mappings()]


async def read_draft(session: AsyncSession, draft_id: UUID, language: str) -> DraftView:
    """Read a draft and all that it stands on in one statement, and check it."""
    of_draft = (KnownEdition.tenant_id == Draft.tenant_id) & (KnownEdition.id == Draft.edition_id)
    own = [Draft.__table__.c[name] for name in _OWN]
    query = select(*own, *ground_columns(), placements_of_draft(), _last_solve()).join(KnownEdition, of_draft)
    row = (await session.execute(query.where(Draft.id == draft_id))).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="draft", id=draft_id)
    ground = convert({**row}, Ground)
    placements = convert(row["placements"], list[WallPlacement])
    problem = ground.problem()
    programme = programme_of(problem, placements)
    timetable, conflicts = Timetable(problem, programme), check(problem, programme)
    zone = ground.timezone
    return DraftView(
        **{name: row[name] for name in _OWN},
        edition_id=ground.edition_id,
        edition=ground.edition,
        timezone=zone,
        days=_days(ground, problem),
        placements=[_placement(placed, problem, ground) for placed in timetable.placed],
        unplaced=[session.id for session in timetable.unplaced],
        conflicts=tell(conflicts, ground.texts(), language),
        score={str(level): loss for level, loss in score(conflicts).items()},
        solve=convert(row["solve"], SolveView | None),
    )


async def read_solve(session: AsyncSession, draft_id: UUID, solve_id: UUID) -> SolveView:
    found = select(_solve()).where(Solve.id == solve_id, Solve.draft_id == draft_id)
    solve = await session.scalar(found)
    if solve is None:
        raise NoSuch(what="solve", id=solve_id)
    return convert(solve, SolveView)


def _solve() -> ColumnElement[Any]:
    """Return a solve as JSON."""
    placed = func.jsonb_array_length(Solve.placements)
    columns = {name: Solve.__table__.c.get(name, placed) for name in SolveView.__struct_fields__}
    return func.jsonb_build_object(*(part for each in columns.items() for part in each))


def _last_solve() -> ColumnElement[Any]:
    of_draft = (Solve.tenant_id == Draft.tenant_id) & (Solve.draft_id == Draft.id)
    last = select(_solve()).where(of_draft).order_by(Solve.id.desc()).limit(1)
    return last.correlate(Draft).scalar_subquery().label("solve")


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
