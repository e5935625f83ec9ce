"""A mandate is ended by who may, at once, with every sign-in for it."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.identity.endings.domain import Ending, LastAdministrator, MandateNotYours
from services.identity.memberships.domain import Role
from tests.identity.journee import Journee

OTHER = "grace@example.org"


async def _begin(http: httpx2.AsyncClient, journee: Journee, membership: UUID) -> dict[str, Any]:
    link = await journee.mailed_link(membership)
    begun: dict[str, Any] = (await http.post(f"{journee.api}/sign-ins", json={"link": link})).json()
    return begun


async def _end(http: httpx2.AsyncClient, journee: Journee, membership: UUID, by: dict[str, Any]) -> httpx2.Response:
    told = {"authorization": f"Bearer {by['access_token']}"}
    return await http.post(f"{journee.api}/memberships/{membership}/ending", headers=told)


async def _ended(journee: Journee) -> list[dict[str, Any]]:
    return [each for each in await journee.told("identity.membership-changed") if each["ended"]]


async def test_it_gives_no_token_any_more_and_its_sign_ins_are_over(journee: Journee, http: httpx2.AsyncClient) -> None:
    mandate = await journee.appoint(email=OTHER)
    theirs = await _begin(http, journee, mandate)
    mine = await _begin(http, journee, await journee.appoint("technical_contact"))
    assert (await _end(http, journee, mandate, mine)).status_code == 204
    assert (await _end(http, journee, mandate, mine)).status_code == 204
    renewed = await http.post(f"{journee.api}/sign-ins/{theirs['id']}/tokens", json={"secret": theirs["secret"]})
    assert (renewed.status_code, renewed.json()["type"]) == (401, "/problems/sign-in-over")
    link = await journee.mailed_link(mandate)
    assert (await http.post(f"{journee.api}/sign-ins", json={"link": link})).status_code == 403
    revoked = (await http.get("/oauth/revoked")).json()["revoked"]
    assert f"sign-in:{theirs['id']}" in revoked
    assert f"sign-in:{mine['id']}" not in revoked
    told = {"authorization": f"Bearer {mine['access_token']}"}
    listed = (await http.get(f"{journee.api}/memberships", headers=told)).json()["items"]
    assert str(mandate) not in [each["id"] for each in listed]


async def test_it_is_told_and_journalled_with_whom_it_was_done_for(journee: Journee, http: httpx2.AsyncClient) -> None:
    mandate = await journee.appoint(email=OTHER)
    await _begin(http, journee, mandate)
    mine = await _begin(http, journee, await journee.appoint("technical_contact"))
    await _end(http, journee, mandate, mine)
    assert [each["id"] for each in await _ended(journee)] == [str(mandate)]
    [entry] = await journee.journal("memberships.end")
    assert (entry.subject, entry.organisation_id) == (mandate, journee.federation)
    assert entry.details == {"role": "representative"}
    assert [entry.details["by"] for entry in await journee.journal("sign_in.end")] == ["mandate"]


async def test_a_mandate_that_was_ended_can_be_given_anew(journee: Journee, http: httpx2.AsyncClient) -> None:
    mandate = await journee.appoint(email=OTHER)
    mine = await _begin(http, journee, await journee.appoint("technical_contact"))
    await _end(http, journee, mandate, mine)
    assert await journee.appoint(email=OTHER) == mandate
    assert "access_token" in await _begin(http, journee, mandate)


async def test_who_is_of_another_organisation_does_not_find_it(journee: Journee, http: httpx2.AsyncClient) -> None:
    mandate = await journee.appoint(email=OTHER)
    stranger = await journee.appoint("technical_contact", organisation_id=journee.ministry)
    assert (await _end(http, journee, mandate, await _begin(http, journee, stranger))).status_code == 404
    assert (await http.post(f"{journee.api}/memberships/{mandate}/ending")).status_code == 401


async def test_two_last_administrators_do_not_end_each_other(journee: Journee, http: httpx2.AsyncClient) -> None:
    begun = (await http.post(f"{journee.api}/sign-ins", json={"link": journee.first_link})).json()
    first, second = UUID(begun["membership_id"]), await journee.appoint("administrator", OTHER)
    other = await _begin(http, journee, second)
    answers = await asyncio.gather(_end(http, journee, second, begun), _end(http, journee, first, other))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert len(await _ended(journee)) == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("by", "role", "whose", "allowed"),
    [
        ("administrator", "co_organiser", "", True),
        ("co_organiser", "representative", "", True),
        ("co_organiser", "co_organiser", "of theirs", True),
        ("co_organiser", "co_organiser", "", False),
        ("co_organiser", "administrator", "", False),
        ("technical_contact", "representative", "of theirs", True),
        ("technical_contact", "representative", "", False),
        ("technical_contact", "co_organiser", "of theirs", False),
        ("representative", "representative", "of theirs", False),
        ("representative", "representative", "own", True),
        ("viewer", "viewer", "own", True),
    ],
)
def test_who_may_give_a_mandate_may_end_it_and_everybody_their_own(
    by: str, role: Role, whose: str, *, allowed: bool
) -> None:
    ending = Ending(role=role, own=whose == "own", of_theirs=whose == "of theirs", other_administrators=1)
    if allowed:
        ending.admit(by)
    else:
        with pytest.raises(MandateNotYours):
            ending.admit(by)


@pytest.mark.unit
def test_the_last_administrator_stays() -> None:
    with pytest.raises(LastAdministrator):
        Ending(role="administrator", own=True, of_theirs=False, other_administrators=0).admit("administrator")
