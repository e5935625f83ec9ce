"""P2: behind PgBouncer in transaction mode, many clients share one connection, and none reads another's tenant."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from msgspec import structs
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from infra.supervising.child import ROOT
from libs.config import Settings
from libs.db.tenancy import Sessions, connect, unit_of_work
from services.stakeholders.organisations.models import Organisation
from tests.days import Day
from tests.production.pooled import pooled
from tests.production.servers import need

CLIENTS = 50
ROUNDS = 60
ORGANISATIONS = 20

Reading = Callable[[AsyncSession], Awaitable[list[UUID]]]


@pytest.fixture(scope="module")
def behind_pooler(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Yield the settings of services behind a pooler that has one connection for all of them."""
    need("pgbouncer")
    with pooled(tmp_path_factory.mktemp("pooler"), settings.direct_database_url, pool=1) as address:
        yield structs.replace(settings, database_url=address)


@pytest.fixture
async def sessions(behind_pooler: Settings) -> AsyncIterator[Sessions]:
    engine, sessions = connect(behind_pooler, "stakeholders", connections=CLIENTS)
    yield sessions
    await engine.dispose()


@pytest.fixture
async def days(sessions: Sessions) -> tuple[Day, Day]:
    """Return two tenants, each with organisations of its own."""
    both = Day(), Day()
    for day in both:
        async with unit_of_work(sessions, day.id) as session:
            session.add_all(organisation(day, number) for number in range(ORGANISATIONS))
    return both


def organisation(day: Day, number: int) -> Organisation:
    return Organisation(
        tenant_id=day.id,
        slug=f"o-{number}",
        kind="federation",
        acronym="",
        name={"fr": day.slug},
        name_folded=day.slug,
        sector="",
        region="",
    )


async def by_list(session: AsyncSession) -> list[UUID]:
    """Return the tenants of the rows as the services' own queries read them."""
    return list(await session.scalars(select(Organisation.tenant_id)))


async def by_search(session: AsyncSession) -> list[UUID]:
    found = await session.scalars(select(Organisation).where(Organisation.slug.in_(["o-1", "o-2", "o-3"])))
    return [each.tenant_id for each in found]


async def by_change(session: AsyncSession) -> list[UUID]:
    changed = text("UPDATE organisation SET sector = :sector WHERE slug = 'o-0' RETURNING tenant_id")
    return list(await session.scalars(changed, {"sector": str(uuid7())}))


async def test_no_client_of_fifty_ever_sees_a_row_of_the_other_tenant(
    sessions: Sessions, days: tuple[Day, Day]
) -> None:
    """P2."""
    readings: tuple[Reading, ...] = (by_list, by_search, by_change)

    async def client(number: int) -> None:
        for turn in range(ROUNDS):
            day = days[(number + turn) % 2]
            async with unit_of_work(sessions, day.id) as session:
                tenants = await readings[(number + turn) % 3](session)
            assert set(tenants) == {day.id}

    async with asyncio.TaskGroup() as clients:
        for number in range(CLIENTS):
            clients.create_task(client(number))


async def test_a_bare_connection_of_the_same_pooler_sees_no_row(
    sessions: Sessions, days: tuple[Day, Day], behind_pooler: Settings
) -> None:
    """P2."""
    async with unit_of_work(sessions, days[0].id) as session:
        assert len(await by_list(session)) == ORGANISATIONS
    address = behind_pooler.address("stakeholders", driver="postgresql")
    connection = await asyncpg.connect(address, statement_cache_size=0)
    try:
        assert await connection.fetch("SELECT FROM organisation") == []
        assert await connection.fetchval("SELECT coalesce(current_setting('app.tenant', true), '')") == ""
    finally:
        await connection.close()


async def test_nothing_that_was_prepared_stays_on_the_shared_connection(
    sessions: Sessions, days: tuple[Day, Day]
) -> None:
    async with unit_of_work(sessions, days[0].id) as session:
        await by_list(session)
        assert await session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0


@pytest.mark.timeout(300)
def test_the_services_do_their_work_behind_a_pooler(tmp_path: Path) -> None:
    """A slice of the tests again, each service's pool behind PgBouncer."""
    need("pgbouncer")
    slices = [
        "tests/editions/test_sign_theme.py",
        "tests/stakeholders/test_submit_nomination.py",
        "tests/libs/web/test_once.py",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *slices],
        cwd=ROOT,
        env={**os.environ, "MOUSSEM_TEST_POOLED": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
