"""The same POST with the same Idempotency-Key takes effect once and is answered as the first time."""

import asyncio

import pytest
from sqlalchemy import func, select

from libs.db.tenancy import Sessions, unit_of_work
from services.editions.editions.models import Edition
from tests.days import Day
from tests.libs.web.conftest import Client
from tests.libs.web.test_problems import NEXT

pytestmark = pytest.mark.usefixtures("held")
KEY = {"idempotency-key": "a-key"}


async def editions(sessions: Sessions, day: Day) -> int:
    async with unit_of_work(sessions, day.id) as session:
        return await session.scalar(select(func.count()).select_from(Edition)) or 0


async def test_a_repeated_request_gets_the_first_answer(
    client_of: Client, day: Day, address: str, sessions: Sessions
) -> None:
    client = client_of("editions", day.of_ministry)
    first = await client.post(address, json=NEXT, headers=KEY)
    again = await client.post(address, json=NEXT, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await editions(sessions, day) == 2


async def test_twenty_at_once_take_effect_once(client_of: Client, day: Day, address: str, sessions: Sessions) -> None:
    client = client_of("editions", day.of_ministry)
    answers = await asyncio.gather(*(client.post(address, json=NEXT, headers=KEY) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await editions(sessions, day) == 2


async def test_another_body_under_the_same_key_is_refused(client_of: Client, day: Day, address: str) -> None:
    client = client_of("editions", day.of_ministry)
    await client.post(address, json=NEXT, headers=KEY)
    answer = await client.post(address, json=NEXT | {"slug": "2100"}, headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")


async def test_a_conflict_is_remembered_and_a_wrong_shape_is_not(
    client_of: Client, day: Day, address: str, sessions: Sessions
) -> None:
    client = client_of("editions", day.of_ministry)
    taken = NEXT | {"slug": "2025"}
    first = await client.post(address, json=taken, headers=KEY)
    again = await client.post(address, json=taken, headers=KEY)
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"

    other = {"idempotency-key": "another"}
    assert (await client.post(address, json=NEXT | {"slug": "?"}, headers=other)).status_code == 400
    assert (await client.post(address, json=NEXT, headers=other)).status_code == 201
    assert await editions(sessions, day) == 2


async def test_a_key_belongs_to_its_caller(client_of: Client, day: Day, address: str) -> None:
    await client_of("editions", day.of_ministry).post(address, json=NEXT, headers=KEY)
    other = await client_of("editions", day.of_confederation).post(
        address, json=NEXT | {"slug": "2100", "starts_on": "2100-01-01", "ends_on": "2100-01-01"}, headers=KEY
    )
    assert other.status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_that_is_none_is_refused(client_of: Client, day: Day, address: str, key: str) -> None:
    client = client_of("editions", day.of_ministry)
    answer = await client.post(address, json=NEXT, headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/key-malformed")
