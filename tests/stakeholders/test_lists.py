"""Lists in pages: nothing twice, nothing left out, whatever is edited meanwhile (E24)."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from libs.db.tenancy import Sessions, unit_of_work
from services.stakeholders.nominations.commands.decide import reject_nomination, shortlist_nomination
from services.stakeholders.organisations.commands import CreateOrganisation, create_organisation
from tests.stakeholders.conftest import TODAY, OpenCall, open_call

Client = Callable[..., httpx2.AsyncClient]
MANY = 137


async def pages(client: httpx2.AsyncClient, address: str, limit: int) -> list[list[dict[str, Any]]]:
    """Follow the links from page to page."""
    read = []
    joined = "&" if "?" in address else "?"
    following: str | None = f"{address}{joined}limit={limit}"
    while following:
        answer = await client.get(following)
        assert answer.status_code == 200
        read.append(answer.json()["items"])
        link = answer.headers.get("link", "")
        assert bool(link) == (answer.json()["next"] is not None)
        following = link.partition(">")[0].removeprefix("<") or None
    return read


@pytest.mark.parametrize("limit", [10, 50])
async def test_137_are_read_once_each_while_some_are_edited(client_of: Client, call: OpenCall, limit: int) -> None:
    """E24."""
    await call.give_quota(call.day.federation, MANY)
    made = [await call.submit(call.day.of_federation, f"Person {n}") for n in range(MANY)]
    client = client_of("stakeholders", call.day.of_ministry)
    address = f"/api/v1/{call.day.slug}/calls/{call.call_id}/nominations"

    read: list[str] = []
    following: str | None = f"{address}?limit={limit}"
    edited = iter(made)
    while following:
        answer = (await client.get(following)).json()
        read += [item["id"] for item in answer["items"]]
        following = answer["next"] and f"{address}?limit={limit}&cursor={answer['next']}"
        async with unit_of_work(call.sessions, call.day.id) as session:
            await shortlist_nomination(session, call.day.of_ministry, next(edited).id, TODAY)
    assert read == [str(nomination.id) for nomination in made]


async def test_repeated_values_of_a_filter_mean_any_of_them(client_of: Client, call: OpenCall) -> None:
    """E24."""
    await call.give_quota(call.day.federation, 30)
    for n in range(9):
        made = await call.submit(call.day.of_federation, f"Person {n}")
        async with unit_of_work(call.sessions, call.day.id) as session:
            if n % 3:
                await shortlist_nomination(session, call.day.of_ministry, made.id, TODAY)
            if n % 3 == 2:
                await reject_nomination(session, call.day.of_ministry, made.id, TODAY)
    client = client_of("stakeholders", call.day.of_ministry)
    address = f"/api/v1/{call.day.slug}/calls/{call.call_id}/nominations"

    async def states(query: str) -> list[str]:
        return [item["state"] for part in await pages(client, f"{address}?{query}", 2) for item in part]

    assert await states("state=submitted&state=rejected") == ["submitted", "rejected"] * 3
    assert await states("state=confirmed") == []
    assert len(await states(f"panel_id={call.panels[0].id}&panel_id={call.panels[1].id}&state=shortlisted")) == 3
    assert await states(f"organisation_id={call.day.ministry}") == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=red", "/colour"),
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=x", "/limit"),
        ("cursor=x", "/cursor"),
    ],
)
@pytest.mark.parametrize("noun", ["organisations", "calls", "nominations", "quotas"])
async def test_what_a_list_cannot_be_asked_is_refused(
    client_of: Client, call: OpenCall, noun: str, query: str, pointer: str
) -> None:
    of_call = f"calls/{call.call_id}/"
    address = f"/api/v1/{call.day.slug}/{of_call if noun in ('nominations', 'quotas') else ''}{noun}"
    answer = await client_of("stakeholders", call.day.of_ministry).get(f"{address}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer


STORED = "\N{ARABIC LETTER ALEF WITH HAMZA ABOVE}حمد"


@pytest.mark.parametrize(
    "asked",
    [
        STORED,
        "احمد",
        "أَحْمَد",
        "أحـــمد",
        "\ufe83\ufea3\ufee4\ufeaa",
        "  أحمد ",
    ],
)
async def test_names_are_found_however_they_are_spelt(client_of: Client, call: OpenCall, asked: str) -> None:
    """P29."""
    await call.submit(call.day.of_federation, f"{STORED} العلمي", email="ahmed@fed.test")
    await call.submit(call.day.of_federation, "Driss Élan", email="driss@fed.test")
    async with unit_of_work(call.sessions, call.day.id) as session:
        named = CreateOrganisation(slug="ahmed", kind="company", name={"ar": f"شركة {STORED}", "fr": "Société"})
        await create_organisation(session, call.day.of_ministry, named, TODAY)
    client = client_of("stakeholders", call.day.of_ministry)
    address = f"/api/v1/{call.day.slug}"
    people = await client.get(f"{address}/calls/{call.call_id}/nominations", params={"full_name": asked})
    assert [item["person"]["full_name"] for item in people.json()["items"]] == [f"{STORED} العلمي"]
    organisations = await client.get(f"{address}/organisations", params={"name": asked})
    assert [item["slug"] for item in organisations.json()["items"]] == ["ahmed"]
    assert (await client.get(f"{address}/organisations", params={"name": "%"})).json()["items"] == []


async def test_calls_are_found_by_slug_and_by_id_of_their_edition(client_of: Client, call: OpenCall) -> None:
    client = client_of("stakeholders", call.day.of_federation)
    address = f"/api/v1/{call.day.slug}/calls"
    for edition in ("2026", str(call.edition_id)):
        [found] = (await client.get(address, params={"edition": edition})).json()["items"]
        assert (found["id"], found["edition"], found["takes_nominations"]) == (str(call.call_id), "2026", True)
        assert found["opens_at"].endswith("Z")  # Casablanca's offset since 2026-09-20
        assert found["timezone"] == "Africa/Casablanca"
    assert (await client.get(address, params={"edition": "1999"})).json()["items"] == []
    assert len((await client.get(address, params={"state": ["open", "closed"]})).json()["items"]) == 1
    assert (await client.get(address, params={"state": "draft"})).json()["items"] == []


@pytest.mark.parametrize("noun", ["organisations", "calls", "quotas"])
async def test_every_list_goes_on_where_its_page_ended(
    client_of: Client, call: OpenCall, sessions: Sessions, noun: str
) -> None:
    for year in ("2027", "2028"):
        await open_call(sessions, call.day, year)
    await call.give_quota(call.day.confederation, 1)
    address = f"/api/v1/{call.day.slug}/{f'calls/{call.call_id}/' if noun == 'quotas' else ''}{noun}"
    read = await pages(client_of("stakeholders", call.day.of_ministry), address, 1)
    ids = [item["id"] for part in read for item in part]
    assert len(ids) == len(set(ids)) == 3
    assert ids == sorted(ids)


async def test_organisations_are_filtered_by_their_fields(client_of: Client, call: OpenCall) -> None:
    client = client_of("stakeholders", call.day.of_federation)
    address = f"/api/v1/{call.day.slug}/organisations"
    found = await client.get(
        address, params={"kind": ["ministry", "federation"], "slug": ["ministry", "confederation"]}
    )
    assert [item["slug"] for item in found.json()["items"]] == ["ministry"]
    assert (await client.get(address, params={"region": "oriental"})).json()["items"] == []
