"""A link is used up by signing in with it, by nothing else, and once."""

import asyncio
from collections import Counter
from datetime import timedelta

import httpx2
import msgspec
import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.sealing import fingerprint
from libs.web.tokens import TokenVerifier
from services.identity.links.commands import open_persona
from services.identity.links.personas import PersonasNotAllowed
from services.identity.sign_ins.models import SignIn
from tests.identity.journee import ADA, Journee, ago, now, running


async def sign_in(http: httpx2.AsyncClient, journee: Journee, link: str) -> httpx2.Response:
    return await http.post(f"{journee.api}/sign-ins", json={"link": link})


async def test_a_link_signs_its_holder_in_with_a_token_that_says_for_whom_they_act(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    membership = await journee.appoint()
    answer = await sign_in(http, journee, await journee.mailed_link(membership))
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    begun = answer.json()
    assert begun["account"] | {"id": None} == {"id": None, "name": "Ada Lovelace", "email": ADA, "language": "fr"}
    assert begun["memberships"] == [
        {
            "id": str(membership),
            "role": "representative",
            "organisation_id": str(journee.federation),
            "organisation": {"fr": "Fédération"},
        }
    ]
    assert (begun["membership_id"], begun["expires_in"]) == (str(membership), 600)

    async def keys() -> dict[str, object]:
        published: dict[str, object] = (await http.get("/oauth/jwks")).json()
        return published

    principal = await TokenVerifier(journee.settings.issuer, keys).verify(begun["access_token"])
    assert (principal.tenant_id, principal.tenant, principal.role) == (journee.id, journee.slug, "representative")
    assert (principal.organisation_id, str(principal.account_id)) == (journee.federation, begun["account"]["id"])
    [entry] = await journee.journal("sign_in")
    assert (entry.actor, str(entry.subject)) == (f"account:{begun['account']['id']}", begun["id"])


async def test_looking_at_a_link_uses_nothing_up(journee: Journee, http: httpx2.AsyncClient) -> None:
    """P24: mail scanners open links with HEAD and GET; the human's POST still works."""
    link = await journee.mailed_link(await journee.appoint())
    for method in ("HEAD", "GET", "GET"):
        for address in (f"{journee.api}/sign-ins", f"{journee.api}/sign-ins/{link}"):
            answer = await http.request(method, address, params={"link": link})
            assert answer.status_code in {401, 404, 405}
            assert "set-cookie" not in answer.headers
    assert [found.used_at for found in await journee.links() if found.kind == "mailed"] == [None]
    assert (await sign_in(http, journee, link)).status_code == 201


async def test_of_twenty_who_come_with_one_link_one_is_signed_in(journee: Journee, http: httpx2.AsyncClient) -> None:
    link = await journee.mailed_link(await journee.appoint())
    answers = await asyncio.gather(*(sign_in(http, journee, link) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    async with journee.work() as session:
        assert await session.scalar(select(func.count()).select_from(SignIn)) == 1


async def test_a_link_is_not_good_when_its_time_is_over(journee: Journee, http: httpx2.AsyncClient) -> None:
    link = await journee.mailed_link(await journee.appoint(), at=ago(minutes=16))
    answer = await sign_in(http, journee, link)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/link-expired")


async def test_a_refused_sign_in_is_undone_and_stands_in_the_journal(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    link = await journee.mailed_link(await journee.appoint())
    tampered = link[:-1] + ("A" if link[-1] != "A" else "B")
    answer = await sign_in(http, journee, tampered)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == "/link"
    assert (await sign_in(http, journee, link)).status_code == 201
    assert (await sign_in(http, journee, link)).status_code == 409

    entries = await journee.journal("sign_in.refused")
    assert [(entry.actor, entry.details["reason"]) for entry in entries] == [
        ("public", "link-unknown"),
        ("public", "link-used"),
    ]


async def test_a_link_of_one_tenant_opens_no_other(journee: Journee, http: httpx2.AsyncClient) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    link = await journee.mailed_link(await journee.appoint())
    await other.appoint()
    assert (await sign_in(http, other, link)).status_code == 401
    assert (await sign_in(http, journee, link)).status_code == 201


async def test_who_holds_no_mandate_any_more_is_not_signed_in(journee: Journee, http: httpx2.AsyncClient) -> None:
    yesterday = ago(days=1)
    membership = await journee.appoint(valid_until=yesterday.date(), at=yesterday)
    answer = await sign_in(http, journee, await journee.mailed_link(membership))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/mandate-over")


async def test_who_holds_several_mandates_chooses_before_there_is_a_token(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    one = await journee.appoint()
    two = await journee.appoint("technical_contact", organisation_id=journee.ministry)
    await http.post(f"{journee.api}/sign-in-links", json={"email": ADA, "language": "fr"})
    [letter] = await journee.letters()
    begun = (await sign_in(http, journee, journee.link_in(letter))).json()
    assert (begun["membership_id"], begun["access_token"]) == (None, None)
    assert [held["id"] for held in begun["memberships"]] == [str(one), str(two)]

    tokens = f"{journee.api}/sign-ins/{begun['id']}/tokens"
    refused = await http.post(tokens, json={"secret": begun["secret"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/mandate-not-chosen")
    given = await http.post(tokens, json={"secret": begun["secret"], "membership_id": str(two)})
    assert (given.status_code, given.json()["membership_id"]) == (200, str(two))
    kept = await http.post(tokens, json={"secret": begun["secret"]})
    assert kept.json()["membership_id"] == str(two)


async def test_a_personas_link_is_good_again_and_again_in_the_demonstration_alone(
    journee: Journee, http: httpx2.AsyncClient, settings: Settings
) -> None:
    demo = msgspec.structs.replace(settings, demo=True)
    membership = await journee.appoint()
    addresses = []
    for _ in range(2):
        async with journee.work() as session:
            addresses.append(await open_persona(session, journee.operator, membership, "fr", demo))
    assert addresses[0] == addresses[1]
    assert addresses[0].startswith(f"{settings.base_url}/fr/{journee.slug}/sign-in/persona/")
    link = addresses[0].rpartition("/")[2]

    assert (await sign_in(http, journee, link)).status_code == 401
    async with running(demo) as app:
        transport = httpx2.ASGITransport(app)  # type: ignore[arg-type] # Litestar's own scope
        async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as demo_http:
            for _ in range(2):
                answer = await sign_in(demo_http, journee, link)
                assert (answer.status_code, answer.json()["membership_id"]) == (201, str(membership))

    async with journee.work() as session:
        with pytest.raises(PersonasNotAllowed):
            await open_persona(session, journee.operator, membership, "fr", settings)


async def test_a_sign_in_ends_when_its_secret_says_so(journee: Journee, http: httpx2.AsyncClient) -> None:
    begun = (await sign_in(http, journee, await journee.mailed_link(await journee.appoint()))).json()
    address = f"{journee.api}/sign-ins/{begun['id']}"
    assert (await http.delete(address)).status_code == 400
    assert (await http.delete(address, headers={"X-Sign-In-Secret": "x" * 43})).status_code == 401
    tokens = f"{address}/tokens"
    assert (await http.post(tokens, json={"secret": begun["secret"]})).status_code == 200

    for _ in range(2):
        ended = await http.delete(address, headers={"X-Sign-In-Secret": begun["secret"]})
        assert ended.status_code == 200
    refused = await http.post(tokens, json={"secret": begun["secret"]})
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/sign-in-over")
    assert len(await journee.journal("sign_in.end")) == 1


async def test_a_sign_in_is_over_after_a_working_day(journee: Journee, http: httpx2.AsyncClient) -> None:
    secret, membership = "s" * 43, await journee.appoint()
    link = await journee.mailed_link(membership)
    begun = (await sign_in(http, journee, link)).json()
    async with journee.work() as session:
        found = (await session.scalars(select(SignIn).filter_by(id=begun["id"]))).one()
        assert found.expires_at - found.began_at == timedelta(hours=8)
        found.secret_hash, found.expires_at = fingerprint(secret), now()
    answer = await http.post(f"{journee.api}/sign-ins/{begun['id']}/tokens", json={"secret": secret})
    assert answer.status_code == 401


async def test_another_tenants_sign_in_is_not_there(journee: Journee, http: httpx2.AsyncClient) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    begun = (await sign_in(http, journee, await journee.mailed_link(await journee.appoint()))).json()
    answer = await http.post(f"{other.api}/sign-ins/{begun['id']}/tokens", json={"secret": begun["secret"]})
    assert answer.status_code == 401
    unknown = await http.post(f"{journee.api}/sign-ins/{uuid7()}/tokens", json={"secret": begun["secret"]})
    assert unknown.status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"link": "x" * 43, "vip": True}, "/vip"),
        ({"link": "x" * 42 + "\0"}, "/link"),
        ({"link": "short"}, "/link"),
        ({"link": 7}, "/link"),
        ({}, "/link"),
    ],
)
async def test_a_wrong_shape_is_a_problem(
    journee: Journee, http: httpx2.AsyncClient, body: dict[str, object], pointer: str
) -> None:
    answer = await http.post(f"{journee.api}/sign-ins", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_body_of_ten_megabytes_is_refused_unread(journee: Journee, http: httpx2.AsyncClient) -> None:
    answer = await http.post(f"{journee.api}/sign-ins", json={"link": "x" * 10_000_000})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
