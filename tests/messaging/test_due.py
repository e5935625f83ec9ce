"""Facts that are told later: in the database they wait for days, and no broker or worker has to hold them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import DueFact, OutboxMessage
from libs.messaging.outbox import postpone
from libs.messaging.relay import relay_connection, ripen
from libs.web.clock import now
from tests.days import Day
from tests.messaging.facts import fact


async def told(sessions: Sessions, day: Day) -> tuple[set[object], set[object]]:
    """Return what facts that wait are about, and those that were told."""
    async with unit_of_work(sessions, day.id) as session:
        waiting = await session.scalars(select(DueFact.aggregate_id))
        return set(waiting), set(await session.scalars(select(OutboxMessage.aggregate_id)))


async def test_a_fact_is_told_when_it_is_due_and_no_sooner(sessions: Sessions, settings: Settings, day: Day) -> None:
    """P12."""
    due, later = fact(day.id), fact(day.id)
    async with unit_of_work(sessions, day.id, actor="account:1") as session:
        postpone(session, due, now() - timedelta(seconds=1))
        postpone(session, later, now() + timedelta(days=3))
    with relay_connection(settings, "outreach") as connection:
        assert ripen(connection) >= 1
        ripen(connection)

    assert await told(sessions, day) == ({later.id}, {due.id})
    async with unit_of_work(sessions, day.id) as session:
        row = (await session.scalars(select(OutboxMessage))).one()
    assert (row.actor, row.type, row.announced) == ("account:1", "letters.letter-requested", False)


async def test_a_fact_is_postponed_only_if_its_cause_is_committed(
    sessions: Sessions, settings: Settings, day: Day
) -> None:
    async def fail() -> None:
        async with unit_of_work(sessions, day.id) as session:
            postpone(session, fact(day.id), now())
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with relay_connection(settings, "outreach") as connection:
        ripen(connection)
    assert await told(sessions, day) == (set(), set())


def test_a_service_that_postpones_nothing_has_nothing_that_is_due(settings: Settings) -> None:
    with relay_connection(settings, "editions") as connection:
        assert ripen(connection) == 0
