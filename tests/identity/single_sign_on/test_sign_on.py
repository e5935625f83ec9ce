"""Whom a provider names is signed in as who they are to their own organisation, and as nobody else."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from sqlalchemy import select

from services.identity.accounts.models import Account
from services.identity.memberships.models import Membership
from services.identity.sign_ons.models import ExternalIdentity
from tests.identity.journee import ADA, Journee, now
from tests.identity.single_sign_on.conftest import Federation
from tests.identity.single_sign_on.provider import CLIENT, SECRET, HostileProvider


async def memberships(journee: Journee) -> list[Membership]:
    async with journee.work() as session:
        held = select(Membership).where(Membership.organisation_id.is_not(None)).order_by(Membership.id)
        return list(await session.scalars(held))


async def test_the_first_sign_in_makes_an_account_and_a_mandate_of_that_organisation_alone(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    assert await memberships(federation.journee) == [], "a trial gives nobody anything"
    answer = await federation.sign_in(provider, provider_id)
    assert answer.status_code == 201, answer.text
    begun = answer.json()["sign_in"]
    assert begun["account"] | {"id": ""} == {
        "id": "",
        "name": "Youssef Tahiri",
        "email": provider.email,
        "language": "fr",
    }
    [mandate] = begun["memberships"]
    assert (mandate["role"], mandate["organisation_id"]) == ("representative", str(federation.id))
    assert begun["access_token"] is not None
    [entry] = await federation.journee.journal("sign_in")
    assert (entry.details, entry.actor) == ({"by": "provider"}, f"account:{begun['account']['id']}")


async def test_the_second_sign_in_finds_the_same_account_whatever_the_address_is_by_then(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    first = (await federation.sign_in(provider, provider_id)).json()["sign_in"]
    again = await federation.sign_in(provider, provider_id, email="other@elsewhere.example", email_verified=False)
    assert again.json()["sign_in"]["account"]["id"] == first["account"]["id"]
    assert len(await memberships(federation.journee)) == 1


async def test_the_provider_is_asked_with_what_binds_its_answer_to_this_sign_in(
    federation: Federation, provider: HostileProvider
) -> None:
    provider.claims = {"auth_time": int(now().timestamp()), "acr": "high"}
    provider_id = await federation.switched_on(provider, max_age=3600, levels=["high"])
    provider.redeemed.clear()
    address = await federation.go(provider_id)
    asked = dict(parse_qsl(urlsplit(address).query))
    assert address.startswith(f"{provider.url}/authorize?")
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT
    assert asked["redirect_uri"] == f"{federation.journee.settings.base_url}/sso/{provider_id}/callback"
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert (asked["max_age"], asked["acr_values"]) == ("3600", "high")
    assert asked["state"].startswith(f"fr.{federation.journee.slug}.")
    assert (await federation.answer(provider_id, **provider.say(address))).status_code == 201
    [redeemed] = provider.redeemed
    assert redeemed["redirect_uri"] == asked["redirect_uri"]
    assert len(redeemed["code_verifier"]) >= 43
    assert SECRET not in str(redeemed)


async def test_a_sign_in_costs_no_more_than_its_own_round_trips(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    provider.asked.clear()
    assert (await federation.sign_in(provider, provider_id)).status_code == 201
    assert provider.asked == ["POST /token"]


async def test_leaving_the_providers_group_ends_the_mandate_at_the_next_sign_in(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    await federation.sign_in(provider, provider_id, groups=["jni-nominations", "it-apps"])
    assert {each.role for each in await memberships(federation.journee)} == {"representative", "technical_contact"}
    moved = await federation.sign_in(provider, provider_id, groups=["it-apps"])
    assert [each["role"] for each in moved.json()["sign_in"]["memberships"]] == ["technical_contact"]

    left = await federation.sign_in(provider, provider_id, groups=["staff"])
    assert (left.status_code, left.json()["type"]) == (403, "/problems/no-role-given")
    yesterday = now().date() - timedelta(days=1)
    assert {each.valid_until for each in await memberships(federation.journee)} <= {yesterday, now().date()}
    assert all(each.valid_until for each in await memberships(federation.journee))
    assert "no-role-given" in await federation.refused_for()

    back = await federation.sign_in(provider, provider_id)
    assert [each["role"] for each in back.json()["sign_in"]["memberships"]] == ["representative"]


async def test_a_provider_speaks_for_its_own_organisation_only(
    federation: Federation, provider: HostileProvider
) -> None:
    """Whoever runs the federation's provider gets nothing of what the ministry has given to the same person."""
    provider_id = await federation.switched_on(provider)
    begun = (await federation.sign_in(provider, provider_id)).json()["sign_in"]
    at_ministry = await federation.journee.appoint(
        "representative", provider.email, organisation_id=federation.journee.ministry
    )
    again = (await federation.sign_in(provider, provider_id)).json()["sign_in"]
    assert [each["organisation_id"] for each in again["memberships"]] == [str(federation.id)]
    for sign_in in (begun, again):
        tokens = f"{federation.journee.api}/sign-ins/{sign_in['id']}/tokens"
        asked = {"secret": sign_in["secret"], "membership_id": str(at_ministry)}
        refused = await federation.http.post(tokens, json=asked)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/mandate-not-held")


async def test_an_account_that_was_there_is_joined_only_with_its_owners_word(
    federation: Federation, provider: HostileProvider
) -> None:
    journee = federation.journee
    await journee.appoint(email=provider.email)
    provider_id = await federation.switched_on(provider)
    answer = await federation.sign_in(provider, provider_id)
    assert answer.json() | {"sign_in": None} == answer.json()
    assert answer.json()["confirm_by"] == provider.email
    assert await journee.journal("sign_in") == []

    [letter] = await journee.letters()
    assert (letter.template, letter.recipient) == ("linking", provider.email)
    link = journee.link_in(letter)
    linkings = f"{journee.api}/sign-ons/linkings"
    elsewhere = await federation.http.post(linkings, json={"link": link, "browser": "x" * 43})
    assert (elsewhere.status_code, elsewhere.json()["type"]) == (401, "/problems/linking-unknown")
    joined = await federation.http.post(linkings, json={"link": link, "browser": federation.browser})
    assert joined.status_code == 201, joined.text
    async with journee.work() as session:
        known = (await session.scalars(select(ExternalIdentity))).one()
        owner = await session.scalar(select(Account.email).filter_by(id=known.account_id))
    assert (owner, known.subject) == (provider.email, "u-20418")

    twice = await federation.http.post(linkings, json={"link": link, "browser": federation.browser})
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/answer-too-late")
    assert (await federation.sign_in(provider, provider_id)).json()["sign_in"] is not None


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": ...},
        {"email_verified": "no"},
        {"email": ..., "email_verified": True},
        {"email": "minister@ministry.example"},
        {"email": "y.tahiri@amith.example@evil.example"},
        {"email": "y.tahiri@sub.amith.example"},
        {"email": ["y.tahiri@amith.example"]},
        {"email": "y.tahiri@amith.example\r\nBcc: e@evil.example"},
    ],
)
async def test_an_address_that_is_not_proven_makes_nobody(
    federation: Federation, provider: HostileProvider, claims: dict[str, object]
) -> None:
    """Unverified, of somebody else's domain, or malformed (P24)."""
    provider_id = await federation.switched_on(provider)
    provider.userinfo = {"sub": "u-20418"}
    answer = await federation.sign_in(provider, provider_id, **claims)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/address-not-proven")
    assert await memberships(federation.journee) == []
    assert await federation.refused_for() == ["address-not-proven"]


async def test_entra_ids_word_for_a_verified_domain_is_taken(federation: Federation, provider: HostileProvider) -> None:
    provider_id = await federation.switched_on(provider)
    provider.userinfo = {"sub": "u-20418"}
    answer = await federation.sign_in(provider, provider_id, email_verified=..., xms_edov=True)
    assert answer.status_code == 201


async def test_what_only_userinfo_tells_counts_if_it_is_about_the_same_person(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    provider.userinfo = {"sub": "u-20418", "groups": ["jni-nominations"]}
    assert (await federation.sign_in(provider, provider_id, groups=...)).status_code == 201
    provider.userinfo = {"sub": "u-1", "groups": ["it-apps"]}
    refused = await federation.sign_in(provider, provider_id, groups=...)
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/subject-missing")


async def test_a_provider_of_one_day_is_none_of_another(federation: Federation, provider: HostileProvider) -> None:
    provider_id = await federation.switched_on(provider)
    other = Journee(sessions=federation.journee.sessions, settings=federation.journee.settings)
    await other.begin()
    elsewhere = Federation(journee=other, http=federation.http, id=other.federation)
    assert (await elsewhere.begin(provider_id)).status_code == 404
    brought = provider.say(await federation.go(provider_id))
    wrong = await elsewhere.answer(provider_id, browser=federation.browser, **brought)
    assert (wrong.status_code, wrong.json()["type"]) == (400, "/problems/answer-not-awaited")
    assert (await federation.answer(provider_id, **brought)).status_code == 201


async def test_a_provider_that_is_off_signs_nobody_in_and_renews_nothing(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    begun = (await federation.sign_in(provider, provider_id)).json()["sign_in"]
    brought = provider.say(await federation.go(provider_id))
    assert (await federation.change(provider_id, state="off")).status_code == 200
    for answer in (await federation.begin(provider_id), await federation.answer(provider_id, **brought)):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/provider-off")
    tokens = f"{federation.journee.api}/sign-ins/{begun['id']}/tokens"
    over = await federation.http.post(tokens, json={"secret": begun["secret"]})
    assert (over.status_code, over.json()["type"]) == (401, "/problems/sign-in-over")


async def test_where_single_sign_on_is_compulsory_no_mailed_link_opens_its_mandates(
    federation: Federation, provider: HostileProvider, http: httpx2.AsyncClient
) -> None:
    journee = federation.journee
    membership = await journee.appoint()
    link, begun = await journee.mailed_link(membership), await journee.mailed_link(membership)
    running = (await http.post(f"{journee.api}/sign-ins", json={"link": begun})).json()
    await federation.switched_on(provider)
    demand = f"{journee.api}/single-sign-on/{federation.id}"
    headers = {**federation.technical, "if-match": '"v0"'}
    assert (await http.put(demand, json={"compulsory": True}, headers=headers)).status_code == 200

    refused = await http.post(f"{journee.api}/sign-ins", json={"link": link})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/single-sign-on-needed")
    renewed = await http.post(f"{journee.api}/sign-ins/{running['id']}/tokens", json={"secret": running["secret"]})
    assert (renewed.status_code, renewed.json()["type"]) == (403, "/problems/single-sign-on-needed")
    known, unknown = [
        await http.post(f"{journee.api}/sign-in-links", json={"email": email, "language": "fr"})
        for email in (ADA, "nobody@example.org")
    ]
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()), "nobody learns who is known"
    assert await journee.letters() == []


async def test_who_signs_out_is_told_where_to_leave_the_provider(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = await federation.switched_on(provider)
    begun = (await federation.sign_in(provider, provider_id)).json()["sign_in"]
    ended = await federation.http.delete(
        f"{federation.journee.api}/sign-ins/{begun['id']}", headers={"x-sign-in-secret": begun["secret"]}
    )
    leave_at = ended.json()["leave_at"]
    asked = dict(parse_qsl(urlsplit(leave_at).query))
    assert leave_at.startswith(f"{provider.url}/leave?")
    assert asked["client_id"] == CLIENT
    assert asked["post_logout_redirect_uri"].endswith(f"/sso/{provider_id}/signed-out")
    assert asked["id_token_hint"] == provider.tokens["id_token"]
