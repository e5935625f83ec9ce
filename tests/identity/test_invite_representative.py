"""A co-organiser invites an organisation's representative; the link in the letter leads to the mandate."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.identity import Principal
from services.identity.accounts.models import Account
from services.identity.memberships.models import Membership
from services.identity.tokens.commands import Issuer
from tests.identity.journee import ADA, Journee, ago, now
from tests.statements import MOST_FOR_A_WRITE, counted_statements


async def token(journee: Journee, role: str, organisation_id: object = None) -> dict[str, str]:
    """Return the headers of somebody with a role, as after a sign-in."""
    principal = Principal(
        tenant_id=journee.id,
        tenant=journee.slug,
        role=role,
        account_id=uuid7(),
        organisation_id=organisation_id,  # type: ignore[arg-type]
    )
    async with journee.work() as session:
        issued = await Issuer(journee.settings).issue(session, principal, now())
    return {"Authorization": f"Bearer {issued.access_token}"}


def invitation(journee: Journee, **change: object) -> dict[str, Any]:
    body = {
        "email": "Bob@Example.org",
        "name": "Bob",
        "organisation_id": str(journee.federation),
        "role": "representative",
        "language": "ar",
    }
    return body | {
        name: str(value) if value is not None and not isinstance(value, str | bool) else value
        for name, value in change.items()
    }


async def invite(
    http: httpx2.AsyncClient, journee: Journee, headers: dict[str, str], **change: object
) -> httpx2.Response:
    return await http.post(f"{journee.api}/memberships", json=invitation(journee, **change), headers=headers)


async def test_the_link_in_the_letter_leads_to_the_mandate(journee: Journee, http: httpx2.AsyncClient) -> None:
    co_organiser = await token(journee, "co_organiser", journee.ministry)
    answer = await invite(http, journee, co_organiser)
    assert answer.status_code == 201
    [letter] = await journee.letters()
    assert (letter.template, letter.language, letter.recipient) == ("membership", "ar", "bob@example.org")
    assert letter.fields == {"organisation": {"fr": "Fédération"}, "role": "representative"}
    assert await journee.told("identity.membership-changed") == []

    begun = await http.post(f"{journee.api}/sign-ins", json={"link": journee.link_in(letter)})
    assert (begun.status_code, begun.json()["membership_id"]) == (201, answer.json()["id"])
    [told] = await journee.told("identity.membership-changed")
    assert (told["id"], told["organisation_id"]) == (answer.json()["id"], str(journee.federation))
    assert [entry.action for entry in await journee.journal("memberships.accept")] == ["memberships.accept"]


async def test_inviting_twice_gives_one_mandate_and_the_letter_again(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    headers = await token(journee, "co_organiser", journee.ministry)
    answers = await asyncio.gather(*(invite(http, journee, headers) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {201: 4}
    assert len({answer.json()["id"] for answer in answers}) == 1
    letters = await journee.letters()
    assert len(letters) == 4
    await http.post(f"{journee.api}/sign-ins", json={"link": journee.link_in(letters[0])})

    again = await invite(http, journee, headers)
    assert again.json()["id"] == answers[0].json()["id"]
    assert len(await journee.letters()) == 4  # accepted: nothing to say


async def test_the_same_request_again_sends_no_second_letter(journee: Journee, http: httpx2.AsyncClient) -> None:
    headers = await token(journee, "co_organiser", journee.ministry) | {"Idempotency-Key": "once"}
    first, second = [await invite(http, journee, headers) for _ in range(2)]
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert len(await journee.letters()) == 1


async def test_a_mandate_that_is_over_begins_anew(journee: Journee, http: httpx2.AsyncClient) -> None:
    yesterday = ago(days=1)
    membership = await journee.appoint(valid_until=yesterday.date(), at=yesterday)
    until = now().date() + timedelta(days=30)
    headers = await token(journee, "administrator")
    answer = await invite(http, journee, headers, email=ADA, valid_until=until)
    assert answer.json()["id"] == str(membership)
    async with journee.work() as session:
        found = (await session.scalars(select(Membership).filter_by(id=membership))).one()
        assert (found.state, found.valid_until, found.version) == ("invited", until, 2)


@pytest.mark.parametrize(
    ("giver", "change", "status", "problem"),
    [
        ("co_organiser", {"role": "administrator"}, 403, "role-not-yours"),
        ("co_organiser", {"role": "co_organiser"}, 403, "role-not-yours"),
        ("administrator", {"role": "representative", "organisation_id": None}, 400, "organisation-missing"),
        ("administrator", {"organisation_id": uuid7()}, 404, "no-such"),
        ("administrator", {"valid_until": "2020-01-01"}, 400, "mandate-ends-too-early"),
        ("administrator", {"role": "emperor"}, 400, "request-malformed"),
        ("administrator", {"email": "bob@example.org\r\nBcc: e@example.org"}, 400, "request-malformed"),
        ("administrator", {"name": "x\r\nBcc: e@example.org"}, 400, "request-malformed"),
        ("administrator", {"name": "Bob\0"}, 400, "request-malformed"),
        ("administrator", {"vip": True}, 400, "request-malformed"),
        ("representative", {}, 403, "not-your-role"),
        ("programme_manager", {}, 403, "not-your-role"),
        ("viewer", {}, 403, "not-your-role"),
        ("speaker", {}, 403, "not-your-role"),
    ],
)
async def test_refuses_and_writes_nothing(  # noqa: PLR0913, PLR0917
    journee: Journee, http: httpx2.AsyncClient, giver: str, change: dict[str, object], status: int, problem: str
) -> None:
    headers = await token(journee, giver, journee.ministry if giver == "co_organiser" else None)
    answer = await invite(http, journee, headers, **change)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert await journee.letters() == []


async def test_another_tenants_organisation_is_not_there(journee: Journee, http: httpx2.AsyncClient) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    answer = await invite(http, journee, await token(journee, "administrator"), organisation_id=other.federation)
    assert answer.status_code == 404


async def test_a_token_of_one_tenant_opens_no_other(journee: Journee, http: httpx2.AsyncClient) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    headers = await token(journee, "administrator")
    for method in ("GET", "POST"):
        answer = await http.request(method, f"{other.api}/memberships", headers=headers, json=invitation(other))
        assert answer.status_code == 404


async def test_nobody_who_is_not_signed_in_sees_or_invites(journee: Journee, http: httpx2.AsyncClient) -> None:
    assert (await http.get(f"{journee.api}/memberships")).status_code == 401
    assert (await invite(http, journee, {})).status_code == 401


async def test_members_of_an_organisation_see_its_mandates_and_organisers_see_all(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    await journee.appoint()
    await journee.appoint(email="zoe@example.org", organisation_id=journee.ministry)

    async def listed(role: str, organisation_id: object = None) -> set[str]:
        headers = await token(journee, role, organisation_id)
        answer = await http.get(f"{journee.api}/memberships", headers=headers)
        return {item["email"] for item in answer.json()["items"]}

    assert await listed("representative", journee.federation) == {ADA}
    assert await listed("technical_contact", journee.ministry) == {"zoe@example.org"}
    assert await listed("co_organiser", journee.ministry) == {ADA, "zoe@example.org", "root@example.org"}


async def test_the_list_comes_in_pages(journee: Journee, http: httpx2.AsyncClient) -> None:
    for number in range(3):
        await journee.appoint(email=f"m{number}@example.org")
    headers = await token(journee, "administrator")
    found, address = [], f"{journee.api}/memberships?limit=2"
    while address:
        answer = await http.get(address, headers=headers)
        found += [item["email"] for item in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url", "")
    assert found == ["root@example.org", "m0@example.org", "m1@example.org", "m2@example.org"]


async def test_an_account_is_the_same_person_in_two_tenants_and_seen_in_neither_elses(journee: Journee) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    await journee.appoint(email=f"only-{journee.id}@example.org")
    shared = f"both-{journee.id}@example.org"
    await journee.appoint(email=shared)
    await other.appoint(email=shared)

    async def account(tenant: Journee, email: str) -> list[object]:
        async with tenant.work() as session:
            return list(await session.scalars(select(Account.id).filter_by(email=email)))

    assert await account(journee, shared) == await account(other, shared) != []
    assert await account(other, f"only-{journee.id}@example.org") == []
    async with journee.sessions() as session:  # no tenant, no key: nobody
        assert await session.scalar(select(func.count()).select_from(Account)) == 0


async def test_inviting_and_accepting_cost_nine_statements_at_most(journee: Journee, http: httpx2.AsyncClient) -> None:
    headers = await token(journee, "co_organiser", journee.ministry) | {"Idempotency-Key": "counted"}
    await http.get(journee.api)  # the tenant's name and the key that signs are known by now
    await http.get("/oauth/jwks")
    await http.get(f"{journee.api}/memberships", headers=headers)
    with counted_statements() as inviting:
        await invite(http, journee, headers)
    [letter] = await journee.letters()
    with counted_statements() as accepting:
        await http.post(f"{journee.api}/sign-ins", json={"link": journee.link_in(letter)})
    assert 5 < len(inviting) <= MOST_FOR_A_WRITE, inviting
    assert 5 < len(accepting) <= MOST_FOR_A_WRITE, accepting
