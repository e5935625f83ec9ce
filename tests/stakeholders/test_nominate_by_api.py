"""Nominations over HTTP: who may, what is refused, and how often one request takes effect."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
from msgspec import structs
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.db.tenancy import unit_of_work
from libs.identity import Principal
from services.stakeholders.nominations.models import Nomination
from tests.days import Day
from tests.stakeholders.conftest import OpenCall

Client = Callable[..., httpx2.AsyncClient]
PROBLEM = "application/problem+json"


def path(call: OpenCall) -> str:
    return f"/api/v1/{call.day.slug}/calls/{call.call_id}/nominations"


def machine(day: Day, organisation_id: UUID, role: str, *scopes: str) -> Principal:
    principal = day.who(role, organisation_id)
    return structs.replace(principal, account_id=None, client_id=uuid7(), scopes=frozenset(scopes))


async def nominations(call: OpenCall) -> int:
    async with unit_of_work(call.sessions, call.day.id) as session:
        return await session.scalar(select(func.count()).select_from(Nomination)) or 0


@pytest.fixture
def federation(client_of: Client, call: OpenCall) -> httpx2.AsyncClient:
    return client_of("stakeholders", call.day.of_federation)


async def test_nobody_signed_in_nominates_nobody(client_of: Client, call: OpenCall) -> None:
    answer = await client_of("stakeholders").post(path(call), json=call.sample())
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_another_tenants_call_is_not_there(client_of: Client, call: OpenCall) -> None:
    other = Day()
    await other.make_known(call.sessions)
    stranger = client_of("stakeholders", other.of_federation)
    for address in (path(call), f"/api/v1/{other.slug}/calls/{call.call_id}/nominations"):
        assert (await stranger.post(address, json=call.sample())).status_code == 404
        assert (await stranger.get(address)).status_code == 404
    assert await nominations(call) == 0


async def test_another_organisations_nominations_are_not_there(
    client_of: Client, call: OpenCall, federation: httpx2.AsyncClient
) -> None:
    made = (await federation.post(path(call), json=call.sample())).json()
    own = f"/api/v1/{call.day.slug}/nominations/{made['id']}"
    other = client_of("stakeholders", call.day.who("representative", call.day.confederation))
    assert (await other.get(path(call))).json() == {"items": [], "next": None}
    for answer in (await other.get(own), await other.post(f"{own}/withdrawal")):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such")
    person = (await federation.get(own)).json()["person"]["id"]
    assert (await other.get(f"/api/v1/{call.day.slug}/people/{person}")).status_code == 404
    assert (await federation.get(f"/api/v1/{call.day.slug}/people/{person}")).status_code == 200
    assert (await client_of("stakeholders", call.day.of_ministry).get(own)).status_code == 200


async def test_a_machine_acts_by_its_scopes_for_its_organisation(client_of: Client, call: OpenCall) -> None:
    reading = client_of("stakeholders", machine(call.day, call.day.federation, "representative", "nominations:read"))
    refused = await reading.post(path(call), json=call.sample())
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/scope-missing")
    assert 'scope="nominations:write"' in refused.headers["www-authenticate"]
    writing = client_of("stakeholders", machine(call.day, call.day.federation, "representative", "nominations:write"))
    assert (await writing.post(path(call), json=call.sample())).status_code == 201
    assert [each["organisation_id"] for each in (await reading.get(path(call))).json()["items"]] == [
        str(call.day.federation)
    ]


@pytest.mark.parametrize("role", ["viewer", "technical_contact", "programme_manager"])
async def test_other_roles_do_not_nominate(client_of: Client, call: OpenCall, role: str) -> None:
    answer = await client_of("stakeholders", call.day.who(role, call.day.federation)).post(
        path(call), json=call.sample()
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-your-role")


async def test_what_was_nominated_is_read_as_it_was_said(call: OpenCall, federation: httpx2.AsyncClient) -> None:
    said = call.sample(title={"fr": "Directrice", "ar": "مديرة"}, note="Elle vient de loin.", language="ar")
    receipt = await federation.post(path(call), json=said)
    assert (receipt.status_code, receipt.json()["state"], receipt.json()["version"]) == (201, "submitted", 1)
    address = f"/api/v1/{call.day.slug}/nominations/{receipt.json()['id']}"
    read = await federation.get(address)
    assert read.headers["etag"].startswith('"v1-')
    assert read.json()["person"] | {"id": ""} == {
        "id": "",
        "full_name": "Salma Idrissi",
        "email": "salma.idrissi@fed.test",
        "title": {"fr": "Directrice", "ar": "مديرة"},
        "organisation": {"fr": "Federation"},
    }
    assert (read.json()["note"], read.json()["acronym"]) == ("Elle vient de loin.", "FED")
    unchanged = await federation.get(address, headers={"if-none-match": read.headers["etag"]})
    assert unchanged.status_code == 304


@pytest.mark.parametrize(
    ("changed", "status", "pointer"),
    [
        ({"vip": True}, 400, ""),
        ({"panel_id": 7}, 400, "/panel_id"),
        ({"panel_id": str(uuid7())}, 404, "/panel_id"),
        ({"seat_role": "king"}, 400, "/seat_role"),
        ({"seat_role": "rapporteur"}, 409, "/seat_role"),
        ({"email": "salma"}, 400, "/email"),
        ({"email": "salma@fed.test\nBcc: x@y.test"}, 400, "/email"),
        ({"full_name": ""}, 400, "/full_name"),
        ({"full_name": "   "}, 400, "/full_name"),
        ({"full_name": "Salma\x00Idrissi"}, 400, "/full_name"),
        ({"full_name": "Salma\x1b[31m"}, 400, "/full_name"),
        ({"full_name": "x" * 201}, 400, "/full_name"),
        ({"title": {"xx": "?"}}, 400, "/title"),
        ({"title": {"fr": "a\x00b"}}, 400, "/title"),
        ({"title": {}}, 400, "/title"),
        ({"note": "x" * 4001}, 400, "/note"),
        ({"email_choice": "whatever"}, 400, "/email_choice"),
    ],
)
async def test_every_refusal_is_a_problem_that_names_field_and_remedy(
    call: OpenCall, federation: httpx2.AsyncClient, changed: dict[str, Any], status: int, pointer: str
) -> None:
    answer = await federation.post(path(call), json=call.sample(**changed))
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert problem["errors"][0]["pointer"].startswith(pointer)
    assert problem["errors"][0]["remedy"]
    assert await nominations(call) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"\xff"', b"\x00", b'{"panel_id": NaN}'])
async def test_what_is_no_nomination_is_a_problem(call: OpenCall, federation: httpx2.AsyncClient, body: bytes) -> None:
    answer = await federation.post(path(call), content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)


async def test_ten_megabytes_are_too_much(call: OpenCall, federation: httpx2.AsyncClient) -> None:
    answer = await federation.post(path(call), json=call.sample(note="x" * 10_000_000))
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


async def test_the_choice_that_an_address_needs_is_offered_and_taken(
    call: OpenCall, federation: httpx2.AsyncClient
) -> None:
    """E10."""
    await federation.post(path(call), json=call.sample("Salma Idrissi", email="contact@fed.test"))
    omar = call.sample("Omar Tazi", email="contact@fed.test")
    asked = await federation.post(path(call), json=omar)
    assert (asked.status_code, asked.json()["type"]) == (409, "/problems/email-known-by-another-name")
    assert asked.json()["facts"]["choices"] == ["same_person", "shared_mailbox"]
    assert asked.json()["facts"]["known_as"] == ["Salma Idrissi"]
    assert asked.json()["errors"][0]["pointer"] == "/email"
    assert (await federation.post(path(call), json=omar | {"email_choice": "shared_mailbox"})).status_code == 201
    people = {item["person"]["id"]: item["person"] for item in (await federation.get(path(call))).json()["items"]}
    assert [person["full_name"] for person in people.values()] == ["Salma Idrissi", "Omar Tazi"]


async def test_a_repeated_request_is_answered_as_the_first_time(call: OpenCall, federation: httpx2.AsyncClient) -> None:
    key = {"idempotency-key": "once"}
    first = await federation.post(path(call), json=call.sample(), headers=key)
    again = await federation.post(path(call), json=call.sample(), headers=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert await nominations(call) == 1
    other = await federation.post(path(call), json=call.sample("Person B"), headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")


async def test_a_refusal_is_remembered_with_its_key(call: OpenCall, federation: httpx2.AsyncClient) -> None:
    await call.give_quota(call.day.federation, 0)
    key = {"idempotency-key": "refused"}
    first = await federation.post(path(call), json=call.sample(), headers=key)
    await call.give_quota(call.day.federation, 5)
    again = await federation.post(path(call), json=call.sample(), headers=key)
    assert (first.status_code, again.status_code, again.json()) == (409, 409, first.json())
    assert (
        await federation.post(path(call), json=call.sample(), headers={"idempotency-key": "new"})
    ).status_code == 201


async def test_twenty_at_once_with_one_key_nominate_once(call: OpenCall, federation: httpx2.AsyncClient) -> None:
    await call.give_quota(call.day.federation, 50)
    key = {"idempotency-key": "twenty"}
    answers = await asyncio.gather(*(federation.post(path(call), json=call.sample(), headers=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await nominations(call) == 1


async def test_twenty_at_once_for_the_last_place_leave_nineteen_refused(
    call: OpenCall, federation: httpx2.AsyncClient
) -> None:
    await call.give_quota(call.day.federation, 1)
    samples = [call.sample(f"Person {n}") for n in range(20)]
    answers = await asyncio.gather(*(federation.post(path(call), json=sample) for sample in samples))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"/problems/quota-exhausted"}
    assert await nominations(call) == 1


async def test_what_was_answered_is_there_for_the_next_reader(
    client_of: Client, call: OpenCall, federation: httpx2.AsyncClient
) -> None:
    """P14."""
    await call.give_quota(call.day.federation, 100)
    reader = client_of("stakeholders", call.day.of_ministry)
    for n in range(50):
        made = await federation.post(path(call), json=call.sample(f"Person {n}"))
        read = await reader.get(f"/api/v1/{call.day.slug}/nominations/{made.json()['id']}")
        assert (made.status_code, read.status_code) == (201, 200)
