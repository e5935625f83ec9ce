"""No success is told before it holds; what fails at its commit is an error and has left nothing."""

import asyncio
import random
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import func, select

from libs.approvals.models import Decision
from libs.config import as_role
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import OutboxMessage
from services.editions.editions.models import Edition
from tests.days import Day
from tests.libs.web.conftest import Client

ROUNDS = 60
CUTS = 15


async def propose(client_of: Client, day: Day, address: str, words: str) -> int:
    body = {"kind": "theme", "content": {"theme": {"fr": words}}}
    return (await client_of("editions", day.of_ministry).post(f"{address}/2025/approvals", json=body)).status_code


async def test_what_was_told_to_be_there_is_there_for_the_next_reader(
    client_of: Client, day: Day, address: str, held: Edition
) -> None:
    """P14."""
    assert held.announced
    for number in range(ROUNDS):
        assert await propose(client_of, day, address, f"Texte {number}") == 201
        listed = (await client_of("editions", day.of_confederation).get(f"{address}/2025/approvals")).json()["items"]
        assert listed[0]["content"] == {"theme": {"fr": f"Texte {number}"}}


async def test_each_success_has_its_rows_and_each_failure_has_none(  # noqa: PLR0913, PLR0917 (fixtures)
    client_of: Client, day: Day, address: str, held: Edition, sessions: Sessions, superuser: str, postgres: str
) -> None:
    """P14: connections are cut in the middle of what they do."""
    assert held.announced

    async def cut() -> None:
        operator = await psycopg.AsyncConnection.connect(
            as_role(postgres, urlsplit(superuser).username or ""), autocommit=True
        )
        for _ in range(CUTS):
            await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311 (when, not what)
            await operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'editions' "
                "AND datname = current_database() AND application_name = 'moussem-editions' "
                "ORDER BY random() LIMIT 2"
            )
        await operator.close()

    cutting = asyncio.create_task(cut())
    told = [await propose(client_of, day, address, f"Texte {number}") for number in range(ROUNDS)]
    await cutting
    assert set(told) <= {201, 500, 503}
    async with unit_of_work(sessions, day.id) as session:
        decided = await session.scalar(select(func.count()).select_from(Decision))
        assert decided == told.count(201)
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) is not None
