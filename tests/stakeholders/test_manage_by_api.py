"""Organisations, calls, quotas and invitations over HTTP."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from msgspec import structs
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.db.tenancy import unit_of_work
from libs.messaging.models import OutboxMessage
from libs.sealing import fingerprint, unseal
from services.stakeholders.known.subscribers import remember_edition
from tests.days import Day
from tests.stakeholders.conftest import NO_ENVELOPE, STARTS_ON, TODAY, OpenCall, edition

Client = Callable[..., httpx2.AsyncClient]
PROBLEM = "application/problem+json"
ANY = {"if-match": "*"}
AMITH = {"slug": "amith", "kind": "federation", "acronym": "AMITH", "name": {"fr": "Textile", "ar": "النسيج"}}


@pytest.fixture
def ministry(client_of: Client, day: Day) -> httpx2.AsyncClient:
    return client_of("stakeholders", day.of_ministry)


@pytest.fixture
def organisations(day: Day) -> str:
    return f"/api/v1/{day.slug}/organisations"


@pytest.fixture
def calls(day: Day) -> str:
    return f"/api/v1/{day.slug}/calls"


def refused(answer: httpx2.Response, status: int, pointer: str) -> bool:
    [error] = answer.json()["errors"]
    shown = (answer.status_code, answer.headers["content-type"], error["pointer"], bool(error["remedy"]))
    assert shown == (status, PROBLEM, pointer, True)
    return True


async def test_an_organisation_is_made_told_and_read(
    ministry: httpx2.AsyncClient, organisations: str, call: OpenCall
) -> None:
    made = await ministry.post(organisations, json=AMITH | {"region": "fes-meknes", "sector": "textile"})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    read = await ministry.get(f"{organisations}/{made.json()['id']}")
    assert read.json() == made.json()
    async with unit_of_work(call.sessions, call.day.id) as session:
        facts = await session.scalars(select(OutboxMessage.body).filter_by(type="stakeholders.organisation-changed"))
        [fact] = facts.all()
    assert (fact["slug"], fact["name"], fact["region"]) == ("amith", AMITH["name"], "fes-meknes")


async def test_a_change_merges_and_null_takes_away(ministry: httpx2.AsyncClient, organisations: str) -> None:
    made = await ministry.post(organisations, json=AMITH | {"sector": "textile"})
    own = f"{organisations}/{made.json()['id']}"
    tag = (await ministry.get(own)).headers["etag"]
    change = {"name": {"ar": None, "en": "Textiles"}, "sector": None}
    changed = await ministry.patch(own, json=change, headers={"if-match": tag})
    assert changed.json()["name"] == {"fr": "Textile", "en": "Textiles"}
    assert (changed.json()["sector"], changed.json()["acronym"], changed.json()["version"]) == ("", "AMITH", 2)
    assert (await ministry.patch(own, json=change, headers={"if-match": tag})).status_code == 412
    assert (await ministry.patch(own, json=change)).status_code == 428
    assert refused(await ministry.patch(own, json={"name": {"fr": None, "en": None}}, headers=ANY), 400, "/name")


@pytest.mark.parametrize(
    ("changed", "status", "pointer"),
    [
        ({"slug": "ministry"}, 409, "/slug"),
        ({"region": "atlantis"}, 400, "/region"),
        ({"parent_id": str(uuid7())}, 404, "/parent_id"),
        ({"kind": "club"}, 400, "/kind"),
        ({"name": {}}, 400, "/name"),
        ({"slug": "Not A Slug"}, 400, "/slug"),
    ],
)
async def test_an_organisation_that_cannot_be_is_refused(
    ministry: httpx2.AsyncClient, organisations: str, changed: dict[str, Any], status: int, pointer: str
) -> None:
    assert refused(await ministry.post(organisations, json=AMITH | changed), status, pointer)


async def test_no_organisation_belongs_to_itself_by_any_way_round(
    ministry: httpx2.AsyncClient, organisations: str, day: Day
) -> None:
    top, below = f"{organisations}/{day.confederation}", f"{organisations}/{day.federation}"
    assert (await ministry.patch(below, json={"parent_id": str(day.confederation)}, headers=ANY)).status_code == 200
    for above in (day.confederation, day.federation):
        assert refused(await ministry.patch(top, json={"parent_id": str(above)}, headers=ANY), 409, "/parent_id")
    assert (await ministry.patch(below, json={"parent_id": None}, headers=ANY)).json()["parent_id"] is None


async def test_what_kind_and_acronym_an_organisation_has_can_change_and_no_change_is_none(
    ministry: httpx2.AsyncClient, organisations: str, day: Day
) -> None:
    own = f"{organisations}/{day.federation}"
    changed = await ministry.patch(own, json={"kind": "company", "acronym": None}, headers=ANY)
    assert (changed.json()["kind"], changed.json()["acronym"], changed.json()["version"]) == ("company", "", 2)
    same = await ministry.patch(own, json={"kind": "company", "name": {"fr": "Federation"}}, headers=ANY)
    assert same.json()["version"] == 2


@pytest.mark.parametrize(
    "noun", ["organisations", "calls", "nominations", "people", "invitations", "calls/{call}/quotas"]
)
async def test_what_is_not_there_is_not_found(ministry: httpx2.AsyncClient, call: OpenCall, noun: str) -> None:
    root = f"/api/v1/{call.day.slug}/{noun.format(call=call.call_id)}"
    for unknown in (uuid7(), "not-an-id"):
        answer = await ministry.get(f"{root}/{unknown}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    if noun in ("organisations", "calls"):
        assert (await ministry.patch(f"{root}/{uuid7()}", json={}, headers=ANY)).status_code == 404
    if noun == "nominations":
        for step in ("withdrawal", "shortlisting", "rejection", "invitation"):
            assert (await ministry.post(f"{root}/{uuid7()}/{step}", json={})).status_code == 404
    if noun == "calls":
        for list_of in ("nominations", "quotas"):
            assert (await ministry.get(f"{root}/{uuid7()}/{list_of}")).status_code == 404


async def test_two_that_would_close_a_circle_together_do_not(
    ministry: httpx2.AsyncClient, organisations: str, day: Day
) -> None:
    ids = (day.ministry, day.confederation, day.federation)
    pairs = zip(ids, (*ids[1:], ids[0]), strict=True)
    answers = await asyncio.gather(
        *(
            ministry.patch(f"{organisations}/{below}", json={"parent_id": str(above)}, headers=ANY)
            for below, above in pairs
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 1}


async def test_twenty_that_ask_for_one_short_name_get_it_once(ministry: httpx2.AsyncClient, organisations: str) -> None:
    answers = await asyncio.gather(*(ministry.post(organisations, json=AMITH) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}


def wall(days: float) -> str:
    return (TODAY + timedelta(days=days)).replace(tzinfo=None).isoformat()


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"closes_at": wall(-1)}, 400, "/closes_at"),
        ({"closes_at": wall(-9)}, 400, "/closes_at"),
        ({"closes_at": wall(62)}, 400, "/closes_at"),
        ({"opens_at": wall(31)}, 400, "/closes_at"),
        ({"opens_at": "2026-02-30T09:00:00"}, 400, "/opens_at"),
        ({"state": "draft"}, 409, "/state"),
        ({"state": "ajar"}, 400, "/state"),
    ],
)
async def test_a_call_that_makes_no_sense_is_refused(  # noqa: PLR0913, PLR0917 (fixtures and the case)
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall, change: dict[str, Any], status: int, pointer: str
) -> None:
    assert refused(await ministry.patch(f"{calls}/{call.call_id}", json=change, headers=ANY), status, pointer)


async def test_a_call_is_read_with_its_zone_and_sent_back_as_it_was_read(
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    """E8."""
    own = f"{calls}/{call.call_id}"
    read = await ministry.get(own)
    times = {name: read.json()[name] for name in ("opens_at", "closes_at")}
    again = await ministry.patch(own, json=times, headers={"if-match": read.headers["etag"]})
    assert again.json() == read.json()


async def test_a_closed_call_takes_nothing_until_it_is_opened_again(
    client_of: Client, ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    own = f"{calls}/{call.call_id}"
    federation = client_of("stakeholders", call.day.of_federation)
    assert (await ministry.patch(own, json={"state": "closed"}, headers=ANY)).json()["takes_nominations"] is False
    closed = await federation.post(f"{own}/nominations", json=call.sample())
    assert (closed.status_code, closed.json()["type"]) == (409, "/problems/closed")
    assert (await ministry.patch(own, json={"state": "open"}, headers=ANY)).json()["takes_nominations"] is True
    assert (await federation.post(f"{own}/nominations", json=call.sample())).status_code == 201


async def test_a_call_is_drafted_by_its_editions_wall_time(
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    """E8."""
    told = edition(call.day, "2027", starts_on=date(TODAY.year + 2, 6, 15))
    async with unit_of_work(call.sessions, call.day.id) as session:
        await remember_edition(session, structs.replace(told, timezone="Europe/Paris"), NO_ENVELOPE)
    opens_at, closes_at = f"{TODAY.year + 2}-01-10T09:00:00", f"{TODAY.year + 2}-06-01T18:00:00"
    drafted = {"edition_id": str(told.id), "opens_at": opens_at, "closes_at": closes_at}
    made = await ministry.post(calls, json=drafted)
    assert (made.status_code, made.json()["state"], made.json()["takes_nominations"]) == (201, "draft", False)
    assert (made.json()["opens_at"], made.json()["closes_at"]) == (f"{opens_at}+01:00", f"{closes_at}+02:00")


async def test_an_edition_has_one_call(ministry: httpx2.AsyncClient, calls: str, call: OpenCall) -> None:
    another = {"edition_id": str(call.edition_id), "opens_at": wall(0), "closes_at": wall(9)}
    assert refused(await ministry.post(calls, json=another), 409, "/edition_id")
    assert refused(await ministry.post(calls, json=another | {"edition_id": str(uuid7())}), 404, "/edition_id")


async def test_a_quota_is_never_below_what_is_standing(
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    await call.submit(call.day.of_federation, "Person A")
    await call.submit(call.day.of_federation, "Person B")
    own = f"{calls}/{call.call_id}/quotas/{call.day.federation}"
    first = str(call.panels[0].id)
    assert refused(await ministry.put(own, json={"limit": 1}, headers=ANY), 409, "/limit")
    tight = {"limit": 2, "panels": [{"panel_id": first, "limit": 1}]}
    assert refused(await ministry.put(own, json=tight, headers=ANY), 409, "/panels/0/limit")
    fitting = {"limit": 2, "panels": [{"panel_id": first, "limit": 2}]}
    given = await ministry.put(own, json=fitting, headers=ANY)
    assert (given.status_code, given.json()["limit"], given.json()["standing"]) == (200, 2, 2)
    assert given.json()["panels"] == [{"panel_id": first, "limit": 2, "standing": 2}]
    assert (await ministry.put(own, json={"limit": 9}, headers=ANY)).json()["panels"] == []


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"limit": -1}, 400, "/limit"),
        ({"limit": 1.5}, 400, "/limit"),
        ({"limit": 10**30}, 400, "/limit"),
        ({"limit": 5, "panels": [{"panel_id": str(uuid7()), "limit": 1}]}, 404, "/panels/0/panel_id"),
    ],
)
async def test_a_quota_that_cannot_be_is_refused(  # noqa: PLR0913, PLR0917 (fixtures and the case)
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall, body: dict[str, Any], status: int, pointer: str
) -> None:
    own = f"{calls}/{call.call_id}/quotas/{call.day.federation}"
    assert refused(await ministry.put(own, json=body, headers=ANY), status, pointer)


async def test_a_panel_is_named_once_in_a_quota(ministry: httpx2.AsyncClient, calls: str, call: OpenCall) -> None:
    twice = [{"panel_id": str(call.panels[0].id), "limit": 1}] * 2
    own = f"{calls}/{call.call_id}/quotas/{call.day.federation}"
    answer = await ministry.put(own, json={"limit": 5, "panels": twice}, headers=ANY)
    assert refused(answer, 400, "/panels/1/panel_id")


async def test_a_first_quota_needs_no_version_and_another_does(
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    own = f"{calls}/{call.call_id}/quotas/{call.day.confederation}"
    first = await ministry.put(own, json={"limit": 3})
    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert (await ministry.put(own, json={"limit": 4})).status_code == 428
    second = await ministry.put(own, json={"limit": 4}, headers={"if-match": first.headers["etag"]})
    assert (second.status_code, second.json()["version"]) == (200, 2)
    assert (await ministry.put(own, json={"limit": 5}, headers={"if-match": first.headers["etag"]})).status_code == 412
    for unknown in (f"{calls}/{call.call_id}/quotas/{uuid7()}", f"{calls}/{uuid7()}/quotas/{call.day.federation}"):
        assert (await ministry.put(unknown, json={"limit": 4})).status_code == 404


async def test_an_organisation_reads_its_own_quota_only(client_of: Client, calls: str, call: OpenCall) -> None:
    federation = client_of("stakeholders", call.day.of_federation)
    quotas = f"{calls}/{call.call_id}/quotas"
    assert (await federation.get(f"{quotas}/{call.day.federation}")).json()["limit"] == 2
    assert [item["acronym"] for item in (await federation.get(quotas)).json()["items"]] == ["FED"]
    assert (await federation.get(f"{quotas}/{call.day.ministry}")).status_code == 404
    assert (await federation.put(f"{quotas}/{call.day.federation}", json={"limit": 99})).status_code == 403
    everybodys = (await client_of("stakeholders", call.day.of_ministry).get(quotas)).json()["items"]
    assert [item["acronym"] for item in everybodys] == ["FED", "MIN"]


async def test_from_selection_to_acceptance(
    client_of: Client, ministry: httpx2.AsyncClient, call: OpenCall, settings: Any
) -> None:
    nomination = await call.submit(call.day.of_federation)
    own = f"/api/v1/{call.day.slug}/nominations/{nomination.id}"
    seat = {"seat_id": str(call.panels[0].seats[1].id)}
    assert (await ministry.post(f"{own}/invitation", json={})).status_code == 409
    assert (await ministry.post(f"{own}/shortlisting")).json()["state"] == "shortlisted"
    assert (await ministry.post(f"{own}/selection", json=seat)).json()["state"] == "selected"
    assert (await ministry.delete(f"{own}/selection")).json()["state"] == "shortlisted"
    assert (await ministry.post(f"{own}/selection", json=seat)).json()["state"] == "selected"
    invited = await ministry.post(f"{own}/invitation", json={}, headers={"idempotency-key": "invite"})
    again = await ministry.post(f"{own}/invitation", json={}, headers={"idempotency-key": "invite"})
    assert (invited.status_code, invited.json()["state"], again.json()) == (201, "invited", invited.json())

    async with unit_of_work(call.sessions, call.day.id) as session:
        letters = await session.scalars(select(OutboxMessage.body).filter_by(type="letters.letter-requested"))
        [letter] = letters.all()
    link = unseal(settings.key, "letter", letter["sealed_link"]).rpartition("/")[2]
    invitation = f"/api/v1/{call.day.slug}/invitations/{invited.json()['id']}"
    speaker = client_of(
        "stakeholders",
        call.day.who("speaker"),
        invitation_id=invited.json()["id"],
        link_hash=fingerprint(link),
    )
    read = (await speaker.get(invitation)).json()
    assert (read["full_name"], read["panel"], read["edition"]["slug"]) == ("Salma Idrissi", {"fr": "Panel 1"}, "2026")
    window = {"starts_at": f"{STARTS_ON}T09:00:00", "ends_at": f"{STARTS_ON}T12:00:00"}
    backwards = {"starts_at": window["ends_at"], "ends_at": window["starts_at"]}
    wrong = await speaker.post(f"{invitation}/answer", json={"answer": "accepted", "availability": [backwards]})
    assert refused(wrong, 400, "/availability/0/ends_at")
    accepted = await speaker.post(f"{invitation}/answer", json={"answer": "accepted", "availability": [window]})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "confirmed")
    read = (await speaker.get(invitation)).json()
    assert (read["state"], read["answer"]) == ("confirmed", "accepted")
    [shown] = read["availability"]
    assert shown["starts_at"].startswith(f"{STARTS_ON}T09:00:00")
    other = client_of("stakeholders", call.day.who("speaker"), invitation_id=invited.json()["id"], link_hash="0" * 64)
    assert (await other.get(invitation)).status_code == 404
