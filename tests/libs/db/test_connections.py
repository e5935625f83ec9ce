"""A transaction begins in its tenant by one message, on a connection that lives."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from libs.config import Settings
from libs.db import connections
from libs.db.tenancy import Sessions, connect, unit_of_work
from tests.days import Day
from tests.statements import counted_statements

TENANT = text("SELECT current_setting('app.tenant', true)")
SERVER = text("SELECT pg_backend_pid()")


@pytest.fixture
async def sessions(settings: Settings) -> AsyncIterator[Sessions]:
    """Yield a pool of one connection: what one transaction leaves behind, the next one meets."""
    engine, sessions = connect(settings, "editions", connections=1)
    yield sessions
    await engine.dispose()


async def test_the_tenant_is_set_before_the_first_statement_and_costs_none(sessions: Sessions) -> None:
    day = Day()
    with counted_statements() as statements:
        async with unit_of_work(sessions, day.id) as session:
            assert await session.scalar(TENANT) == str(day.id)
    assert len(statements) == 1


async def test_a_transaction_without_a_tenant_begins_in_none_whatever_came_before(sessions: Sessions) -> None:
    async with unit_of_work(sessions, Day().id) as session:
        await session.scalar(TENANT)
    async with unit_of_work(sessions, Day().id):
        pass  # no statement: it never began
    async with sessions() as session:
        assert not await session.scalar(TENANT)


async def test_a_connection_that_the_server_closed_is_not_handed_out(sessions: Sessions, superuser: str) -> None:
    day = Day()
    async with unit_of_work(sessions, day.id) as session:
        server = await session.scalar(SERVER)
        driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    closed = asyncio.Event()
    driver.add_termination_listener(lambda _: closed.set())
    with psycopg.connect(superuser) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (server,))
    await closed.wait()

    async with unit_of_work(sessions, day.id) as session:
        assert await session.scalar(SERVER) != server
        assert await session.scalar(TENANT) == str(day.id)


async def test_one_that_was_silent_for_long_is_asked_first_since_its_end_may_be_on_the_way(
    sessions: Sessions, superuser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded server ends what is idle for ten seconds, and at that very moment a reader may come."""
    monkeypatch.setattr(connections, "_TRUSTED_FOR", 0.0)
    day = Day()
    async with unit_of_work(sessions, day.id) as session:
        server = await session.scalar(SERVER)
    with psycopg.connect(superuser) as connection:  # nothing is awaited: the loop has not heard of it yet
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (server,))

    async with unit_of_work(sessions, day.id) as session:
        assert await session.scalar(SERVER) != server
        assert await session.scalar(TENANT) == str(day.id)


async def test_one_that_was_at_work_just_now_is_not_asked(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_answers", pytest.fail)
    for _ in range(2):
        async with unit_of_work(sessions, Day().id) as session:
            await session.scalar(TENANT)


async def test_what_was_done_in_a_transaction_that_fails_is_undone(sessions: Sessions) -> None:
    begun: list[str | None] = []

    async def fail() -> None:
        async with unit_of_work(sessions, Day().id) as session:
            begun.append(await session.scalar(text("SELECT pg_current_xact_id()::text")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with unit_of_work(sessions, Day().id) as session:
        status = text("SELECT pg_xact_status(CAST(CAST(:begun AS text) AS xid8))")
        assert await session.scalar(status, {"begun": begun[0]}) == "aborted"
