"""Correcting a person over HTTP: E4, what was signed and released does not change with them."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from libs.db.tenancy import unit_of_work
from libs.messaging.models import OutboxMessage
from services.stakeholders.nominations.models import Nomination
from tests.stakeholders.conftest import OpenCall

Client = Callable[..., httpx2.AsyncClient]
ANY = {"if-match": "*"}


@pytest.fixture
async def nomination(call: OpenCall) -> Nomination:
    return await call.submit(call.day.of_federation, title={"fr": "Directrice", "ar": "مديرة"})


@pytest.fixture
def person(call: OpenCall, nomination: Nomination) -> str:
    return f"/api/v1/{call.day.slug}/people/{nomination.person_id}"


async def _speakers(call: OpenCall) -> list[Any]:
    async with unit_of_work(call.sessions, call.day.id) as session:
        told = select(OutboxMessage.body).filter_by(type="stakeholders.speaker-changed").order_by(OutboxMessage.id)
        return list(await session.scalars(told))


async def test_a_correction_merges_and_counts_a_version(client_of: Client, call: OpenCall, person: str) -> None:
    http = client_of("stakeholders", call.day.of_ministry)
    tag = (await http.get(person)).headers["etag"]
    change = {"full_name": "Salma El Idrissi", "title": {"ar": None, "en": "Director"}, "email": "SALMA@fed.test"}
    changed = await http.patch(person, json=change, headers={"if-match": tag})
    assert changed.status_code == 200
    said = changed.json()
    assert (said["full_name"], said["email"], said["version"]) == ("Salma El Idrissi", "salma@fed.test", 2)
    assert said["title"] == {"fr": "Directrice", "en": "Director"}
    assert (await http.patch(person, json=change, headers={"if-match": tag})).status_code == 412
    assert (await http.patch(person, json=change)).status_code == 428


async def test_a_speaker_is_told_anew_and_a_nominee_is_not(
    client_of: Client, call: OpenCall, person: str, nomination: Nomination
) -> None:
    http = client_of("stakeholders", call.day.of_ministry)
    await http.patch(person, json={"full_name": "Salma E."}, headers=ANY)
    assert await _speakers(call) == []
    async with unit_of_work(call.sessions, call.day.id) as session:
        held = await session.get_one(Nomination, (call.day.id, nomination.id))
        held.state = "confirmed"
        await session.flush()
        version = held.version
    changed = await http.patch(person, json={"title": {"fr": "Présidente"}}, headers=ANY)
    assert changed.status_code == 200
    [told] = await _speakers(call)
    assert (told["name"], told["title"]["fr"], told["version"]) == ("Salma E.", "Présidente", version + 1)


async def test_a_correction_that_changes_nothing_tells_nobody(client_of: Client, call: OpenCall, person: str) -> None:
    http = client_of("stakeholders", call.day.of_ministry)
    same = await http.patch(person, json={"full_name": "Salma Idrissi"}, headers=ANY)
    assert (same.status_code, same.json()["version"]) == (200, 1)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"full_name": "\r\nBcc: e@e.example"}, "/full_name"),
        ({"email": "nobody"}, "/email"),
        ({"state": "x"}, "/state"),
    ],
)
async def test_what_is_malformed_is_refused_at_its_field(
    client_of: Client, call: OpenCall, person: str, change: dict[str, str], pointer: str
) -> None:
    refused = await client_of("stakeholders", call.day.of_ministry).patch(person, json=change, headers=ANY)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_two_people_do_not_become_one(client_of: Client, call: OpenCall, person: str) -> None:
    """E10."""
    await call.submit(call.day.of_federation, "Omar Tazi")
    same = {"full_name": "Omar Tazi", "email": "omar.tazi@fed.test"}
    refused = await client_of("stakeholders", call.day.of_ministry).patch(person, json=same, headers=ANY)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/email")


async def test_only_organisers_of_the_day_correct_a_person(client_of: Client, call: OpenCall, person: str) -> None:
    change = {"full_name": "Somebody Else"}
    assert (await client_of("stakeholders").patch(person, json=change, headers=ANY)).status_code == 401
    federation = client_of("stakeholders", call.day.of_federation)
    assert (await federation.patch(person, json=change, headers=ANY)).status_code == 403
