"""Organisations over HTTP."""

import asyncio
from collections import Counter
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.db.tenancy import unit_of_work
from libs.messaging.models import OutboxMessage
from tests.days import Day
from tests.stakeholders.asking import AMITH, ANY, PROBLEM, refused
from tests.stakeholders.conftest import OpenCall


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
