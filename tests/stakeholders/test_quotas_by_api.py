"""Quotas over HTTP."""

from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from tests.stakeholders.asking import ANY, Client, refused
from tests.stakeholders.conftest import OpenCall


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
