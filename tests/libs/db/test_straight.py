"""Statements past the session: in its transaction and tenant, heard by who counts; rows that wait for the commit."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.db.absence import is_absence
from libs.db.new_rows import insert_last, insert_now
from libs.db.straight import Straight
from libs.db.tenancy import Sessions, connect, unit_of_work
from libs.journal.models import JournalEntry
from tests.days import Day
from tests.statements import counted_statements

TENANT = Straight(select(func.current_setting("app.tenant", bindparam("missing_ok", value=True))))
COUNT = Straight(select(func.count()).select_from(JournalEntry))


@pytest.fixture
async def sessions(settings: Settings) -> AsyncIterator[Sessions]:
    engine, sessions = connect(settings, "editions", connections=1)
    yield sessions
    await engine.dispose()


def entry(day: Day, action: str) -> JournalEntry:
    return JournalEntry(
        tenant_id=day.id,
        id=Day().id,
        actor="system",
        organisation_id=None,
        action=action,
        subject=None,
        details={"of": ["this", "day"]},
        correlation_id="",
        at=datetime(2026, 9, 1, tzinfo=UTC),
    )


def last(session: AsyncSession, row: JournalEntry) -> None:
    insert_last(session, JournalEntry, {each.name: getattr(row, each.name) for each in row.__table__.columns})


async def journal(sessions: Sessions, day: Day) -> list[str]:
    async with unit_of_work(sessions, day.id) as session:
        return list(await session.scalars(select(JournalEntry.action).order_by(JournalEntry.action)))


@pytest.mark.parametrize("first", ["straight", "session"])
async def test_a_statement_sees_the_tenant_of_its_transaction_whoever_began_it(sessions: Sessions, first: str) -> None:
    day = Day()
    with counted_statements() as statements:
        async with unit_of_work(sessions, day.id) as session:
            if first == "session":
                await session.execute(text("SELECT 1"))
            assert [tuple(row) for row in await TENANT.rows(session)] == [(str(day.id),)]
            assert [tuple(row) for row in await TENANT.rows(session)] == [(str(day.id),)]
    assert len(statements) == 2 + (first == "session")


async def test_what_was_written_is_committed_or_undone_with_the_transaction(sessions: Sessions) -> None:
    day = Day()
    async with unit_of_work(sessions, day.id) as session:
        session.add(entry(day, "by the session"))
        await insert_now(session, entry(day, "now"))
        last(session, entry(day, "last, one"))
        last(session, entry(day, "last, two"))
        assert [tuple(row) for row in await COUNT.rows(session)] == [(1,)]

    async def fail() -> None:
        async with unit_of_work(sessions, day.id) as session:
            await insert_now(session, entry(day, "undone"))
            last(session, entry(day, "undone last"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await journal(sessions, day) == ["by the session", "last, one", "last, two", "now"]


async def test_what_waits_for_the_commit_is_one_statement(sessions: Sessions) -> None:
    day = Day()
    with counted_statements() as statements:
        async with unit_of_work(sessions, day.id) as session:
            for number in range(5):
                last(session, entry(day, str(number)))
    assert len(statements) == 1
    assert await journal(sessions, day) == list("01234")


async def test_structures_come_and_go_as_by_the_session(sessions: Sessions) -> None:
    echo = Straight(select(bindparam("body", type_=JSONB)))
    async with unit_of_work(sessions, Day().id) as session:
        for _ in range(2):  # once by SQLAlchemy, which begins, once by the driver
            [(body,)] = await echo.rows(session, body={"of": [1, "ثلاثة"]})
            assert body == {"of": [1, "ثلاثة"]}


async def test_a_connection_that_is_cut_is_an_absence(sessions: Sessions, superuser: str) -> None:
    async def ask() -> None:
        async with unit_of_work(sessions, Day().id) as session:
            [(server,)] = await Straight(select(func.pg_backend_pid())).rows(session)
            driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
            closed = asyncio.Event()
            driver.add_termination_listener(lambda _: closed.set())
            with psycopg.connect(superuser) as operator:
                operator.execute("SELECT pg_terminate_backend(%s)", (server,))
            await closed.wait()
            await COUNT.rows(session)

    with pytest.raises(Exception) as raised:  # noqa: PT011 (which one: that is the question)
        await ask()
    assert is_absence(raised.value)
    assert await journal(sessions, Day()) == []
