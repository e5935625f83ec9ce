"""One id follows a request into all that it causes."""

from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.db.tenancy import Sessions, unit_of_work
from libs.journal.models import JournalEntry
from services.editions.editions.models import Edition
from tests.days import Day
from tests.libs.web.conftest import Client


async def test_the_callers_id_is_written_with_what_the_request_did(
    client_of: Client, day: Day, address: str, held: Edition, sessions: Sessions
) -> None:
    called = str(uuid7())
    body = {"kind": "theme", "content": {"theme": {"fr": "Un autre thème"}}}
    answer = await client_of("editions", day.of_ministry).post(
        f"{address}/{held.slug}/approvals", json=body, headers={"x-correlation-id": called}
    )
    assert answer.status_code == 201
    async with unit_of_work(sessions, day.id) as session:
        assert called in (await session.scalars(select(JournalEntry.correlation_id))).all()
