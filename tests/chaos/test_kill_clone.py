"""A new edition is whole, in every service that copies its share, though the workers die while they copy."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.composition import composition_roots
from libs.db.tenancy import Sessions, connect, unit_of_work
from libs.messaging.models import OutboxMessage
from libs.messaging.relay import relay_connection
from libs.web.conditional import IfMatch
from services.editions.cloning.commands import COPYING_SERVICES, CloneEdition, clone_edition
from services.editions.cloning.models import CloneStep
from services.editions.editions.commands import RecordEdition, edition_changed, record_edition
from services.editions.editions.models import Edition
from services.editions.panels.commands import RecordPanel, record_panel
from services.editions.panels.models import Panel
from services.stakeholders.calls.commands import CreateCall, create_call
from services.stakeholders.calls.models import Call
from services.stakeholders.known.subscribers import remember_edition
from services.stakeholders.quotas.commands import SetQuota, set_quota
from services.stakeholders.quotas.models import OrganisationQuota
from tests.chaos.conftest import Ground
from tests.chaos.processes import die_at, working
from tests.chaos.worker import POINTS
from tests.days import Day
from tests.messaging.facts import until
from tests.stakeholders.conftest import NO_ENVELOPE, found_organisations

THEN, NOW = datetime(2025, 3, 3, 12, tzinfo=UTC), datetime(2026, 1, 15, 12, tzinfo=UTC)
PANELS = 5
COPYING = [service for service in COPYING_SERVICES if service in composition_roots("worker")]
HELD = RecordEdition(
    slug="2025",
    ordinal=3,
    starts_on=date(2025, 11, 3),
    ends_on=date(2025, 11, 4),
    city={"fr": "Rabat"},
    region="rabat-sale-kenitra",
    theme={"fr": "Le Made in Morocco"},
)
NEXT = CloneEdition(
    clone_of="2025",
    slug="2026",
    starts_on=date(2026, 11, 2),
    ends_on=date(2026, 11, 3),
    city={"fr": "Fès"},
    region="fes-meknes",
)


@pytest.fixture
async def sessions_on(ground: Ground) -> AsyncIterator[Callable[[str], Sessions]]:
    opened: list[AsyncEngine] = []

    def sessions(service: str) -> Sessions:
        engine, made = connect(ground.settings, service)
        opened.append(engine)
        return made

    yield sessions
    for engine in opened:
        await engine.dispose()


@pytest.mark.parametrize("point", POINTS)
async def test_a_clone_is_whole_though_the_worker_is_killed(
    ground: Ground, sessions_on: Callable[[str], Sessions], point: str
) -> None:
    day, editions, stakeholders = Day(), sessions_on("editions"), sessions_on("stakeholders")
    held = await _hold_an_edition(editions, day)
    await _call_for_nominations(stakeholders, day, held)
    async with unit_of_work(editions, day.id) as session:
        made = await clone_edition(session, day.of_ministry, NEXT, NOW)

    for nth in random.sample(range(1, 6), 2):
        await die_at(ground.environ, point, nth)
    async with working(ground.environ):
        await until(lambda: _every_step_is_done(ground, editions, day, made.id))

    async with unit_of_work(stakeholders, day.id) as session:
        (call,) = (await session.scalars(select(Call).filter_by(edition_id=made.id))).all()
        quotas = select(func.count()).select_from(OrganisationQuota).filter_by(call_id=call.id)
        assert await session.scalar(quotas) == 3
    async with unit_of_work(editions, day.id) as session:
        panels = select(func.count()).select_from(Panel).filter_by(edition_id=made.id)
        assert await session.scalar(panels) == PANELS
    for service in COPYING[1:]:
        async with unit_of_work(sessions_on(service), day.id) as session:
            told = Counter(await session.scalars(select(OutboxMessage.type)))
            assert told["cloning.clone-step-done"] == 1, f"{service} copied and reported once"


async def _hold_an_edition(editions: Sessions, day: Day) -> Edition:
    await day.make_known(editions)
    async with unit_of_work(editions, day.id) as session:
        held = await record_edition(session, day.of_ministry, HELD, NOW)
        for ordinal in range(1, PANELS + 1):
            panel = RecordPanel(
                slug=f"panel-{ordinal}",
                ordinal=ordinal,
                title={"fr": f"Panel {ordinal}"},
                seats={"moderator": 1, "speaker": 3},
            )
            await record_panel(session, day.of_ministry, held.id, panel, NOW)
    return held


async def _call_for_nominations(stakeholders: Sessions, day: Day, held: Edition) -> None:
    await day.make_known(stakeholders)
    await found_organisations(stakeholders, day)
    opening = CreateCall(edition_id=held.id, opens_at=datetime(2025, 5, 1, 9), closes_at=datetime(2025, 6, 1, 18))  # noqa: DTZ001 (wall time)
    async with unit_of_work(stakeholders, day.id) as session:
        await remember_edition(session, edition_changed(held), NO_ENVELOPE)
        call = await create_call(session, day.of_ministry, opening, THEN)
        for organisation_id in (day.ministry, day.confederation, day.federation):
            quota = SetQuota(limit=4)
            await set_quota(session, day.of_ministry, call.id, organisation_id, quota, IfMatch("*"), THEN)


async def _every_step_is_done(ground: Ground, editions: Sessions, day: Day, edition_id: UUID) -> bool:
    """Whether each service that copies has reported, and every fact about it has left the outboxes."""
    async with unit_of_work(editions, day.id) as session:
        done = set(await session.scalars(select(CloneStep.service).filter_by(edition_id=edition_id, state="done")))
    waiting = 0
    for service in COPYING:
        with relay_connection(ground.settings, service) as connection:
            rows = connection.execute("SELECT 1 FROM outbox WHERE sent_at IS NULL AND tenant_id = %s", (day.id,))
            waiting += len(rows.fetchall())
    return done == set(COPYING) and not waiting
