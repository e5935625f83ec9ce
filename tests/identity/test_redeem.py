"""Codes and refresh tokens: each is good once, for its own client, and not for ever."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from services.identity.consents.models import Consent, RefreshToken
from services.identity.memberships.models import Membership
from tests.identity.applications import BACK, CHALLENGE, SCOPES, Application, make
from tests.identity.journee import ago
from tests.identity.served import said_in
from tests.identity.test_clients import signed_in


async def test_twenty_who_come_with_one_code_get_one_family_and_a_late_one_ends_it(application: Application) -> None:
    """P7."""
    code = await application.code()
    answers = await asyncio.gather(*(application.redeem(code) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 19}
    [tokens] = [answer.json() for answer in answers if answer.status_code == 200]
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    assert await application.is_active(tokens["access_token"])

    await application.later(Consent, code_used_at=timedelta(minutes=1))
    late = await application.redeem(code)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert not await application.is_active(tokens["access_token"])
    assert (await application.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    [entry] = await application.journee.journal("consents.end")
    assert entry.details["reason"] == "code-replayed"


@pytest.mark.parametrize(
    "form",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": CHALLENGE},
        {"code_verifier": None},
        {"redirect_uri": "https://crm.example/back"},
        {"redirect_uri": None},
    ],
)
async def test_a_code_without_what_belongs_to_it_is_lost(application: Application, form: dict[str, Any]) -> None:
    code = await application.code()
    wrong = await application.redeem(code, **form)
    assert wrong.status_code == 400
    assert wrong.json()["error"] in {"invalid_grant", "invalid_request"}
    assert (await application.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_code_is_good_for_a_minute_and_for_its_own_client(application: Application) -> None:
    other = await make(application.journee, name="Other", kind="application", scopes=SCOPES, redirect_uris=[BACK])
    code = await application.code()
    stolen = await application.redeem(code, of=other)
    assert stolen.json()["error"] == "invalid_grant"
    assert (await application.redeem(code)).status_code == 200
    code = await application.code()
    await application.later(Consent, decided_at=timedelta(minutes=2))
    assert (await application.redeem(code)).json()["error"] == "invalid_grant"


async def test_twenty_who_come_with_one_refresh_token_get_the_same_next_one(application: Application) -> None:
    """P7: one chain; who lost the answer recovers; who comes later with the old one ends the family."""
    first = (await application.tokens())["refresh_token"]
    answers = await asyncio.gather(*(application.refresh(first) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    [second] = {answer.json()["refresh_token"] for answer in answers}
    third = (await application.refresh(second)).json()
    assert third["refresh_token"] not in {first, second}

    assert (await application.refresh(first)).json()["error"] == "invalid_grant"
    for token in (second, third["refresh_token"]):
        assert (await application.refresh(token)).json()["error"] == "invalid_grant"
    assert not await application.is_active(third["access_token"])
    [entry] = await application.journee.journal("consents.end")
    assert entry.details["reason"] == "refresh-token-replayed"


async def test_an_old_refresh_token_ends_its_family_even_where_the_next_was_never_used(
    application: Application,
) -> None:
    first = (await application.tokens())["refresh_token"]
    second = (await application.refresh(first)).json()["refresh_token"]
    await application.later(RefreshToken, used_at=timedelta(minutes=1))
    assert (await application.refresh(first)).json()["error"] == "invalid_grant"
    assert (await application.refresh(second)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_is_good_for_a_month_and_its_family_for_half_a_year(application: Application) -> None:
    token = (await application.tokens())["refresh_token"]
    await application.later(RefreshToken, made_at=timedelta(days=31))
    assert (await application.refresh(token)).json()["error"] == "invalid_grant"
    token = (await application.tokens())["refresh_token"]
    await application.later(Consent, decided_at=timedelta(days=181))
    assert (await application.refresh(token)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_asks_for_less_and_never_for_more(application: Application) -> None:
    token = (await application.tokens(scope="editions:read nominations:read"))["refresh_token"]
    less = (await application.refresh(token, scope="editions:read")).json()
    assert less["scope"] == "editions:read"
    more = await application.refresh(less["refresh_token"], scope="editions:read email")
    assert more.json()["error"] == "invalid_scope"


async def test_who_holds_the_mandate_no_more_is_not_acted_for(application: Application) -> None:
    token = (await application.tokens())["refresh_token"]
    async with application.journee.work() as session:
        await session.execute(update(Membership).values(valid_until=ago(days=2).date()))
    refused = await application.refresh(token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_an_application_of_one_organisation_serves_those_of_no_other(
    application: Application, http: httpx2.AsyncClient
) -> None:
    ministry = await signed_in(http, application.journee, "co_organiser", organisation_id=application.journee.ministry)
    page = await application.ask()
    refused = await application.decide(page, by=ministry)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-for-you")
    declined = await application.decide(page, by=ministry, granted=False)
    assert said_in(declined.json()["redirect_to"])["error"] == "access_denied"


async def test_codes_and_refresh_tokens_lie_as_hashes(application: Application) -> None:
    code = await application.code()
    token = (await application.redeem(code)).json()["refresh_token"]
    async with application.journee.work() as session:
        rows = [*(await session.scalars(update(Consent).values(nonce=None).returning(Consent.code_hash)))]
        rows += [*(await session.scalars(update(RefreshToken).values(used_at=None).returning(RefreshToken.hash)))]
    assert code not in rows
    assert token not in rows
