"""What the solver was asked for is done, once, though the workers die while it is at work."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.contracts.events import EditionChanged
from libs.db.tenancy import Sessions, connect, unit_of_work
from libs.messaging.models import OutboxMessage
from services.scheduling.drafts.commands.placing import CreateDraft, create_draft
from services.scheduling.drafts.commands.solving import AskForSolve, ask_for_solve
from services.scheduling.drafts.models import Placement, Solve
from services.scheduling.known.subscribers import remember_edition
from services.scheduling.rooms.commands import CreateRoom, create_room
from services.scheduling.sessions.commands import CreateSession, create_session
from tests.chaos.conftest import Ground
from tests.chaos.processes import die_at, working
from tests.chaos.worker import BEFORE_ACK, BEFORE_COMMIT, BEFORE_MARK
from tests.days import Day
from tests.messaging.facts import until
from tests.scheduling.conftest import ENVELOPE

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SESSIONS = 12


@pytest.fixture
async def sessions(ground: Ground) -> AsyncIterator[Sessions]:
    engine, sessions = connect(ground.settings, "scheduling")
    yield sessions
    await engine.dispose()


@pytest.mark.parametrize(("point", "nth"), [(BEFORE_MARK, 1), (BEFORE_COMMIT, 1), (BEFORE_ACK, 1), (BEFORE_COMMIT, 3)])
async def test_a_solve_ends_once_though_the_worker_is_killed(
    ground: Ground, sessions: Sessions, point: str, nth: int
) -> None:
    day = Day()
    draft_id = await _ask(sessions, day)
    await die_at(ground.environ, point, nth)
    async with working(ground.environ):
        await until(lambda: _has_ended(sessions, day))
    async with unit_of_work(sessions, day.id) as session:
        placed = select(func.count()).select_from(Placement).filter_by(draft_id=draft_id)
        assert await session.scalar(placed) == SESSIONS
        assert await session.scalar(select(Solve.state)) == "optimal"
        solved = select(func.count()).select_from(OutboxMessage).filter_by(type="scheduling.draft-solved")
        assert await session.scalar(solved) == 1


async def _ask(sessions: Sessions, day: Day) -> UUID:
    """Furnish an edition and ask for the solve of a draft of it."""
    await day.make_known(sessions)
    edition = EditionChanged(
        tenant_id=day.id,
        id=uuid7(),
        version=1,
        slug="2026",
        ordinal=4,
        starts_on=date(2026, 11, 3),
        ends_on=date(2026, 11, 4),
        timezone="Africa/Casablanca",
        city={},
        region="",
        theme={},
    )
    manager = day.who("programme_manager", day.ministry)
    async with unit_of_work(sessions, day.id) as session:
        await remember_edition(session, edition, ENVELOPE)
        hall = CreateRoom(edition="2026", slug="hall", name={"fr": "Salle"}, capacity=300)
        await create_room(session, manager, hall, NOW)
        for number in range(SESSIONS):
            made = CreateSession(
                edition="2026", slug=f"s-{number}", kind="keynote", duration=45, title={"fr": f"Séance {number}"}
            )
            await create_session(session, manager, made, NOW)
        draft = await create_draft(session, manager, CreateDraft("2026"), NOW)
        await ask_for_solve(session, manager, draft.id, AskForSolve(seconds=10), NOW)
    return draft.id


async def _has_ended(sessions: Sessions, day: Day) -> bool:
    async with unit_of_work(sessions, day.id) as session:
        return await session.scalar(select(Solve.state)) not in {"waiting", "running"}
