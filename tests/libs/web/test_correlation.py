"""One id follows a request into all that it causes."""

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.db.tenancy import Sessions, unit_of_work
from libs.journal.models import JournalEntry
from libs.observability.correlation import correlate, correlation_id
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


@pytest.mark.parametrize("called", ["x" * 65, "two words", "é", "a\tb", "<script>", "'; --", "{0}"])
async def test_what_is_no_id_is_not_taken_over(client_of: Client, day: Day, address: str, called: str) -> None:
    """It stands in every log, fact and journal entry that the request causes."""
    correlate(called)
    assert correlation_id() != called
    assert len(correlation_id()) == 36
    headers = [(b"x-correlation-id", called.encode())]
    answer = await client_of("editions", day.of_ministry).get(address, headers=headers)
    assert answer.status_code == 200
