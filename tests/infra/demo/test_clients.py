"""The two API clients of the demonstration: each reads what it may and nothing else, one of them nominates."""

import httpx2
import pytest

from tests.browser.demonstration import Demonstration

EVERYTHING = ("editions:read", "organisations:read", "nominations:read", "programme:read")


def api(demonstration: Demonstration, organisation: str) -> httpx2.Client:
    """Return a client of the API of `jni` with the token of an organisation's own machine."""
    client = demonstration.client(organisation)
    said = httpx2.post(
        f"{demonstration.base_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client["client_id"], client["client_secret"]),
    )
    headers = {"authorization": f"Bearer {said.json()['access_token']}"}
    return httpx2.Client(base_url=f"{demonstration.base_url}/api/v1/jni", headers=headers)


def standing_call(http: httpx2.Client) -> str:
    """Return the path of the call of 2026."""
    return f"/calls/{http.get('/calls', params={'edition': '2026'}).json()['items'][0]['id']}"


def test_there_are_two_in_the_order_asked(demonstration: Demonstration) -> None:
    first, second = (each for each in demonstration.told["clients"] if each["tenant"] == "jni")
    assert (first["organisation"], tuple(first["scopes"])) == ("mic", EVERYTHING)
    assert (second["organisation"], set(second["scopes"])) == ("amica", {*EVERYTHING, "nominations:write"})


def test_that_of_a_co_organiser_reads_all_and_changes_nothing(demonstration: Demonstration) -> None:
    with api(demonstration, "mic") as http:
        assert len({each["slug"] for each in http.get("/editions").json()["items"]}) >= 4
        assert len(http.get("/editions/2026/panels").json()["items"]) == 5
        assert len(http.get("/organisations").json()["items"]) == 17
        nominations = http.get(f"{standing_call(http)}/nominations").json()["items"]
        assert len({each["organisation_id"] for each in nominations}) > 1
        assert http.get("/sessions", params={"edition": "2026"}).json()["items"]
        assert http.get("/editions/2026/releases/latest/programme.json").json()["number"] == 1

        refused = http.post(f"{standing_call(http)}/nominations", json={}, headers={"idempotency-key": "no"})
        assert refused.status_code == 403
        assert "nominations:write" in refused.text
        for path in ("/letters", "/memberships", "/editions/2026/approvals"):
            assert http.get(path).status_code == 403, path


def test_that_of_a_federation_sees_its_own_nominations_alone(demonstration: Demonstration) -> None:
    with api(demonstration, "mic") as ministry, api(demonstration, "amica") as federation:
        call = standing_call(federation)
        every = ministry.get(f"{call}/nominations").json()["items"]
        own = federation.get(f"{call}/nominations").json()["items"]
        [amica] = {each["organisation_id"] for each in own}
        assert [each["id"] for each in own] == [each["id"] for each in every if each["organisation_id"] == amica]
        others = next(each for each in every if each["organisation_id"] != amica)
        for path in (f"/nominations/{others['id']}", f"/people/{others['person']['id']}"):
            assert federation.get(path).status_code == 404, path
        for path in ("/letters", "/memberships", "/rooms?edition=2026", "/editions/2026/approvals"):
            assert federation.get(path).status_code == 403, path


@pytest.mark.parametrize("organisation", ["mic", "amica"])
def test_none_of_them_opens_another_day(demonstration: Demonstration, organisation: str) -> None:
    with api(demonstration, organisation) as http:
        for path in ("organisations", "calls", "editions"):
            answer = http.get(f"{demonstration.base_url}/api/v1/mirane/{path}")
            assert answer.status_code in {401, 404}, path
