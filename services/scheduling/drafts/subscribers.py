"""Solving what was asked for: the request travels as a fact, the work is a task of a queue of its own."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

import structlog

from libs.contracts.events import SolveRequested
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from libs.observability.metrics import SOLVE_BOUND, SOLVE_LOSS, SOLVE_SECONDS
from services.scheduling.drafts.commands.solving import begin_solve, end_solve, note_progress
from services.scheduling.drafts.models import SolveState
from services.scheduling.ground.domain import Ground
from services.scheduling.solving.lines import Improvement, Line, Outcome
from services.scheduling.solving.process import SolverFailed, solve

log = structlog.get_logger(__name__)

_LOOK_EVERY = 0.5  # seconds: how soon the page sees what is better, and the solver that it shall stop

Clock = Callable[[], datetime]


def solving(send: Callable[[str, str], object]) -> Subscriptions:
    """Return what sends a requested solve, by tenant and id, to the queue of solves."""
    subscriptions = Subscriptions()

    @subscriptions.task(SolveRequested)  # no inbox remembers it: a broker that lost the solve gets it again by a replay
    async def queue_solve(event: SolveRequested, _: Envelope) -> None:
        await asyncio.to_thread(send, str(event.tenant_id), str(event.id))

    return subscriptions


async def run_solve(sessions: Sessions, tenant_id: UUID, solve_id: UUID, clock: Clock) -> None:
    """Solve, showing each better programme on the way; asked twice, or for a solve that has ended, it is done once."""
    async with unit_of_work(sessions, tenant_id) as session:
        begun = await begin_solve(session, solve_id, clock())
    if begun is None:
        return
    row, ground = begun
    run = _Run(sessions, tenant_id, solve_id, ground, clock)
    begun_at = time.perf_counter()
    state = await run.until_the_end(row.seconds)
    _count(state, time.perf_counter() - begun_at, run.best)
    solver = Principal(tenant_id=tenant_id, tenant="", role="system")
    async with unit_of_work(sessions, tenant_id) as session:
        await end_solve(session, solver, solve_id, run.best, state, clock())


def _count(state: SolveState, seconds: float, best: Improvement | None) -> None:
    SOLVE_SECONDS.labels(state).observe(seconds)
    if best is not None:
        for level, loss in best.score.items():
            SOLVE_LOSS.labels(str(level)).set(loss)
        SOLVE_BOUND.clear()  # of the last search only
        SOLVE_BOUND.labels(str(best.level)).set(best.bound)


class _Run:
    """One solving process under way, and the best that it has said so far."""

    def __init__(self, sessions: Sessions, tenant_id: UUID, solve_id: UUID, ground: Ground, clock: Clock) -> None:
        self._sessions = sessions
        self._tenant_id = tenant_id
        self._solve_id = solve_id
        self._ground = ground
        self._clock = clock
        self._noted: Improvement | None = None
        self.best: Improvement | None = None
        self._outcome: Outcome | None = None

    async def until_the_end(self, seconds: int) -> SolveState:
        """Follow the process until it ends or shall stop; return how it ended."""
        following = asyncio.create_task(self._follow(seconds))
        try:
            while not following.done():
                await asyncio.wait({following}, timeout=_LOOK_EVERY)
                if not following.done() and await self._note():
                    return "stopped"
            await following
        except SolverFailed:
            log.exception("a solve failed", solve=str(self._solve_id))
            return "failed"
        finally:
            following.cancel()
            await asyncio.wait({following})
        return self._outcome.status if self._outcome else "failed"

    async def _follow(self, seconds: int) -> None:
        async with aclosing(solve(self._ground.problem(), seconds)) as lines:
            async for line in lines:
                self._hear(line)

    def _hear(self, line: Line) -> None:
        match line:
            case Improvement():
                self.best = line
            case Outcome():
                self._outcome = line

    async def _note(self) -> bool:
        news = self.best if self.best is not self._noted else None
        async with unit_of_work(self._sessions, self._tenant_id) as session:
            stop = await note_progress(session, self._solve_id, self._ground, news, self._clock())
        self._noted = self.best
        return stop
