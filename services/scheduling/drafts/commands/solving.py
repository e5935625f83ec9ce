"""Asking the solver, following it, and keeping the best that it found. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, to_builtins
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import DraftSolved, SolveRequested
from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from services.scheduling.approvals.commands import reopen_releases
from services.scheduling.drafts.commands.placing import lock_draft, put_all
from services.scheduling.drafts.domain import (
    ABANDONED,
    BeingSolved,
    NothingToSchedule,
    NotRunning,
    SolveRunning,
    is_at_work,
)
from services.scheduling.drafts.models import Draft, Placement, Solve, SolveState
from services.scheduling.drafts.solves import better, unplaced
from services.scheduling.ground.domain import Ground, in_wall_time
from services.scheduling.ground.queries import read_ground, read_stand
from services.scheduling.solving.lines import Improvement

_UNDER_WAY = ("waiting", "running")


class AskForSolve(Struct, frozen=True, forbid_unknown_fields=True):
    """`seconds` is how long the solver may search; it ends sooner when it has proven that nothing is better."""

    seconds: Annotated[int, Meta(ge=1, le=300)] = 20


async def ask_for_solve(
    session: AsyncSession, principal: Principal, draft_id: UUID, command: AskForSolve, now: datetime
) -> Solve:
    """Ask for a solve of a draft; one at a time in a tenant."""
    ground, _ = await read_stand(session, draft_id)
    if not (ground.rooms and ground.sessions):
        raise NothingToSchedule(rooms=len(ground.rooms), sessions=len(ground.sessions))
    silent = Solve.state.in_(_UNDER_WAY) & (Solve.heard_at < now - ABANDONED)
    await session.execute(update(Solve).where(silent).values(state="failed"))
    solve = Solve(
        tenant_id=principal.tenant_id,
        draft_id=draft_id,
        state="waiting",
        seconds=command.seconds,
        stop_asked=False,
        improvements=0,
        score={},
        level="",
        bound=0,
        placements=[],
        unplaced=len(ground.sessions),
        asked_at=now,
        heard_at=now,
    )
    session.add(solve)
    await flush_unless(session, SolveRunning())
    requested = SolveRequested(tenant_id=solve.tenant_id, id=solve.id, version=1, draft_id=draft_id)
    publish(session, requested, now)
    record(session, principal, "drafts.solve", draft_id, now, seconds=command.seconds)
    return solve


async def stop_solve(session: AsyncSession, principal: Principal, key: tuple[UUID, UUID], now: datetime) -> None:
    """Let a solve (`key`: draft and solve) end soon and keep its best."""
    draft_id, solve_id = key
    solve = await session.scalar(select(Solve).filter_by(id=solve_id, draft_id=draft_id).with_for_update())
    if solve is None:
        raise NoSuch(what="solve", id=solve_id)
    if solve.state not in _UNDER_WAY:
        raise NotRunning(state=solve.state)
    solve.stop_asked = True
    record(session, principal, "drafts.stop", draft_id, now)


async def begin_solve(session: AsyncSession, solve_id: UUID, now: datetime) -> tuple[Solve, Ground] | None:
    """Take a solve up, if it has not ended: also one whose worker died. Raise `BeingSolved` while one is at it."""
    solve = await session.scalar(select(Solve).filter_by(id=solve_id).with_for_update())
    if solve is None or solve.state not in _UNDER_WAY:
        return None
    if solve.state == "running" and is_at_work(solve.heard_at, now):
        raise BeingSolved
    draft = (await session.scalars(select(Draft).filter_by(id=solve.draft_id))).one()
    solve.state, solve.heard_at = "running", now
    return solve, await read_ground(session, draft.edition_id)


async def note_progress(
    session: AsyncSession, solve_id: UUID, ground: Ground, best: Improvement | None, now: datetime
) -> bool:
    """Note the best so far and that the process is alive; return whether it shall stop, or another one has ended it."""
    solve = (await session.scalars(select(Solve).filter_by(id=solve_id).with_for_update())).one()
    if solve.state not in _UNDER_WAY:
        return True
    solve.heard_at = now
    if best is not None:
        _show(solve, ground, best)
    return solve.stop_asked


async def end_solve(  # noqa: PLR0913, PLR0917 (the solve, and how it ended)
    session: AsyncSession,
    principal: Principal,
    solve_id: UUID,
    best: Improvement | None,
    state: SolveState,
    now: datetime,
) -> None:
    """Put the best into the draft, where it is better than what stands there, and tell how it ended."""
    draft_id = (await session.scalars(select(Solve.draft_id).filter_by(id=solve_id))).one()
    draft = await lock_draft(session, draft_id)
    solve = (await session.scalars(select(Solve).filter_by(id=solve_id).with_for_update())).one()
    if solve.state not in _UNDER_WAY:
        return
    ground, standing = await read_stand(session, draft.id)
    placements = standing
    if best is not None:
        _show(solve, ground, best)
        placements = better(ground, in_wall_time(ground.problem(), best.programme), standing)
    solve.state, solve.heard_at = state, now
    if placements is not standing:
        await session.execute(delete(Placement).filter_by(draft_id=draft.id))
        await put_all(session, draft, placements)
        draft.changed_at = now
    await session.flush()
    left = len(unplaced(ground, placements))
    publish(
        session,
        DraftSolved(
            tenant_id=draft.tenant_id,
            id=draft.id,
            version=draft.version,
            edition_id=draft.edition_id,
            placed=len(placements),
            unplaced=left,
            status=state,
        ),
        now,
    )
    await reopen_releases(session, principal, draft.edition_id, now)


def _show(solve: Solve, ground: Ground, best: Improvement) -> None:
    placements = in_wall_time(ground.problem(), best.programme)
    solve.improvements += 1
    solve.score = {str(level): loss for level, loss in best.score.items()}
    solve.level, solve.bound = best.level, best.bound
    solve.placements = to_builtins(placements)
    solve.unplaced = len(unplaced(ground, placements))
