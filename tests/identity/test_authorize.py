"""Code, refresh, revocation and introspection: what a hostile or clumsy client gets."""

import asyncio
import base64
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx2
import pytest
from msgspec import Struct
from sqlalchemy import update

from libs.web.tokens import TokenVerifier
from services.identity.clients.commands import CreateClient, NewClient, create_client
from services.identity.consents.models import Consent, RefreshToken
from services.identity.memberships.models import Membership
from tests.identity.journee import Journee, ago, now
from tests.identity.served import said_in
from tests.identity.test_clients import Person, signed_in

BACK = "https://crm.example/back?kept=1"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
SCOPES = ["openid", "profile", "email", "nominations:read", "editions:read"]


class Application(Struct):
    """An application and the person who agrees to it."""

    http: httpx2.AsyncClient
    journee: Journee
    client: NewClient
    person: Person

    def question(self, **said: str | None) -> str:
        asked = {
            "response_type": "code",
            "client_id": str(self.client.client_id),
            "redirect_uri": BACK,
            "state": "s t",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | said
        return urlencode({name: value for name, value in asked.items() if value is not None})

    async def ask(self, **said: str | None) -> str:
        """Return where an application's question leads."""
        answer = await self.http.get(f"/oauth/authorize?{self.question(**said)}")
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        return str(answer.headers["location"])

    async def decide(self, page: str, *, granted: bool = True, by: Person | None = None) -> httpx2.Response:
        return await (by or self.person).ask(
            "POST", f"/consents/{page.rpartition('/')[2]}/decision", {"granted": granted}
        )

    async def code(self, **said: str | None) -> str:
        decided = await self.decide(await self.ask(**said))
        return said_in(decided.json()["redirect_to"])["code"]

    async def post(self, path: str, *, of: NewClient | None = None, **form: str | None) -> httpx2.Response:
        client = of or self.client
        data = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(path, data=data, auth=(str(client.client_id), client.client_secret))

    async def redeem(self, code: str, *, of: NewClient | None = None, **form: str | None) -> httpx2.Response:
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        return await self.post("/oauth/token", of=of, **(said | form))

    async def refresh(self, token: str, **form: Any) -> httpx2.Response:
        return await self.post("/oauth/token", grant_type="refresh_token", refresh_token=token, **form)

    async def tokens(self, **said: str | None) -> dict[str, str]:
        tokens: dict[str, str] = (await self.redeem(await self.code(**said))).json()
        return tokens

    async def is_active(self, token: str) -> bool:
        return bool((await self.post("/oauth/introspect", token=token)).json()["active"])

    async def later(self, table: type, **ago_by: timedelta) -> None:
        """Let a moment lie further back, as if time had passed."""
        async with self.journee.work() as session:
            for column, span in ago_by.items():
                await session.execute(update(table).values({column: getattr(table, column) - span}))


Make = Callable[..., Any]


async def make(journee: Journee, **said: Any) -> NewClient:
    command = CreateClient(**{"organisation_id": journee.federation} | said)
    async with journee.work() as session:
        return await create_client(session, journee.operator, command, now())


@pytest.fixture
async def application(journee: Journee, http: httpx2.AsyncClient) -> Application:
    client = await make(journee, name="CRM", kind="application", scopes=SCOPES, redirect_uris=[BACK])
    return Application(http, journee, client, await signed_in(http, journee, "representative"))


async def test_the_answer_keeps_the_address_and_says_state_and_issuer(application: Application) -> None:
    decided = await application.decide(await application.ask())
    address = decided.json()["redirect_to"]
    assert address.startswith("https://crm.example/back?kept=1&code=")
    said = said_in(address)
    assert (said["state"], said["iss"]) == ("s t", application.journee.settings.issuer)
    again = await application.decide(await application.ask(state=None), granted=False)
    said = said_in(again.json()["redirect_to"])
    assert "state" not in said
    assert (said["error"], said["iss"]) == ("access_denied", application.journee.settings.issuer)


@pytest.mark.parametrize(
    "said",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "https://crm.example/back"},
        {"redirect_uri": f"{BACK}#x"},
        {"redirect_uri": BACK.replace("crm", "CRM")},
        {"redirect_uri": None},
        {"redirect_uri": 'https://crm.example/"\\é'},
        {"redirect_uri": "https://evil.example/", "response_type": "token"},
        {"client_id": "0199f0c0-0000-7000-8000-000000000000"},
        {"client_id": "nobody"},
        {"client_id": None},
        {"response_type": "é"},
        {"state": "\0"},
        {"state": "x" * 9000},
    ],
)
async def test_nobody_is_led_to_an_address_that_is_not_registered(
    application: Application, said: dict[str, str | None]
) -> None:
    """RFC 9700, 2.1; and no error leads there either (Authlib had an advisory on that)."""
    led = urlsplit(await application.ask(**said))
    assert led.netloc == urlsplit(application.journee.settings.base_url).netloc
    assert led.path.endswith("/api/refused")


async def test_a_parameter_that_comes_twice_leads_nowhere(application: Application) -> None:
    question = f"{application.question()}&redirect_uri=https%3A%2F%2Fevil.example%2F"
    answer = await application.http.get(f"/oauth/authorize?{question}")
    assert "/api/refused" in answer.headers["location"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "organisations:read"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"),
        ({"max_age": "-1"}, "invalid_request"),
    ],
)
async def test_what_is_wrong_is_told_to_the_application_with_state_and_issuer(
    application: Application, said: dict[str, str | None], error: str
) -> None:
    address = await application.ask(**said)
    assert address.startswith(BACK)
    told = said_in(address)
    assert (told["error"], told["state"], told["iss"]) == (error, "s t", application.journee.settings.issuer)


async def test_a_machine_asks_nobody(application: Application) -> None:
    machine = await make(application.journee, name="M", scopes=["editions:read"])
    assert "/api/refused" in await application.ask(client_id=str(machine.client_id))


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


async def test_a_question_is_answered_once_and_within_the_hour(application: Application) -> None:
    page = await application.ask()
    assert (await application.decide(page)).status_code == 200
    assert (await application.decide(page)).json()["type"] == "/problems/consent-over"
    page = await application.ask()
    await application.later(Consent, asked_at=timedelta(hours=1))
    assert (await application.decide(page)).json()["type"] == "/problems/consent-over"


@pytest.mark.parametrize("said", [{"prompt": "login"}, {"max_age": "0"}])
async def test_an_application_that_asks_for_a_fresh_sign_in_gets_one(
    application: Application, http: httpx2.AsyncClient, said: dict[str, str | None]
) -> None:
    page = await application.ask(**said)
    refused = await application.decide(page)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/sign-in-too-old")
    fresh = await signed_in(http, application.journee, "representative")
    assert (await application.decide(page, by=fresh)).status_code == 200


async def test_a_program_answers_in_nobodys_name(application: Application) -> None:
    """Neither a machine nor an application gets consents with a token of its own."""
    bearer = {"authorization": f"Bearer {(await application.tokens())['access_token']}"}
    page = await application.ask()
    address = f"{application.journee.api}/consents/{page.rpartition('/')[2]}/decision"
    refused = await application.http.post(address, json={"granted": True}, headers=bearer)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/scope-missing")


async def test_an_id_token_opens_nothing(application: Application) -> None:
    tokens = await application.tokens()
    for token in (tokens["id_token"], tokens["refresh_token"]):
        bearer = {"authorization": f"Bearer {token}"}
        assert (await application.http.get(application.journee.api, headers=bearer)).status_code == 401
        assert (await application.http.get("/oauth/userinfo", headers=bearer)).status_code == 401


async def test_a_person_is_told_of_as_far_as_the_scopes_go(application: Application) -> None:
    async def told(scope: str) -> httpx2.Response:
        token = (await application.tokens(scope=scope))["access_token"]
        return await application.http.get("/oauth/userinfo", headers={"authorization": f"Bearer {token}"})

    everything = (await told("openid profile email")).json()
    assert everything.keys() == {"sub", "name", "locale", "tenant", "role", "organisation_id", "email"}
    assert (await told("openid")).json().keys() == {"sub"}
    refused = await told("editions:read")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/openid-missing")
    assert 'scope="openid"' in refused.headers["www-authenticate"]
    assert (await application.http.get("/oauth/userinfo")).status_code == 401


async def test_a_revoked_token_is_refused_and_its_family_ends_with_the_refresh_token(application: Application) -> None:
    tokens = await application.tokens()
    assert (await application.post("/oauth/revoke", token=tokens["access_token"])).status_code == 200
    assert not await application.is_active(tokens["access_token"])
    assert await application.is_active(tokens["refresh_token"])
    renewed = (await application.refresh(tokens["refresh_token"])).json()
    hinted = await application.post("/oauth/revoke", token=renewed["refresh_token"], token_type_hint="access_token")  # noqa: S106
    assert (hinted.status_code, hinted.headers["cache-control"]) == (200, "no-store")
    for token in (renewed["access_token"], renewed["refresh_token"]):
        assert not await application.is_active(token)


async def test_services_refuse_what_was_revoked_as_soon_as_they_have_asked(application: Application) -> None:
    async def keys() -> dict[str, Any]:
        return (await application.http.get("/oauth/jwks")).json()  # type: ignore[no-any-return]

    async def names() -> list[str]:
        return (await application.http.get("/oauth/revoked")).json()["revoked"]  # type: ignore[no-any-return]

    def verifier() -> TokenVerifier:
        return TokenVerifier(application.journee.settings.issuer, keys, names)

    token = (await application.tokens())["access_token"]
    assert (await verifier().verify(token)).organisation_id == application.journee.federation
    await application.post("/oauth/revoke", token=token)
    with pytest.raises(Exception, match="revoked"):
        await verifier().verify(token)
    token = (await application.tokens())["access_token"]
    contact = await signed_in(application.http, application.journee, "technical_contact")
    ended = await contact.ask("DELETE", f"/clients/{application.client.client_id}", if_match='"v1"')
    assert ended.status_code == 204
    with pytest.raises(Exception, match="revoked"):
        await verifier().verify(token)


async def test_of_a_token_of_another_client_nothing_is_said_and_nothing_done(application: Application) -> None:
    other = await make(application.journee, name="Other", scopes=["editions:read"])
    tokens = await application.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"], "nonsense", "a.b.c"):
        told = await application.post("/oauth/introspect", of=other, token=token)
        assert told.json() == {"active": False}
        assert (await application.post("/oauth/revoke", of=other, token=token)).status_code == 200
    assert await application.is_active(tokens["access_token"])
    assert await application.is_active(tokens["refresh_token"])
    for path in ("/oauth/introspect", "/oauth/revoke"):
        assert (await application.http.post(path, data={"token": tokens["access_token"]})).status_code == 401
        assert (await application.post(path)).json()["error"] == "invalid_request"


async def test_what_somebody_agreed_to_is_theirs_to_see_and_to_end(
    application: Application, http: httpx2.AsyncClient
) -> None:
    tokens = await application.tokens()
    [mine] = (await application.person.ask("GET", "/consents")).json()["items"]
    assert (mine["name"], mine["origin"]) == ("CRM", "https://crm.example")
    other = await signed_in(http, application.journee, "viewer")
    assert (await other.ask("GET", "/consents")).json()["items"] == []
    assert (await other.ask("GET", f"/consents/{mine['id']}")).status_code == 404
    assert (await other.ask("DELETE", f"/consents/{mine['id']}")).status_code == 404
    for _ in range(2):
        assert (await application.person.ask("DELETE", f"/consents/{UUID(mine['id'])}")).status_code == 204
    assert (await application.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await application.person.ask("GET", "/consents")).json()["items"] == []


async def test_codes_and_refresh_tokens_lie_as_hashes(application: Application) -> None:
    code = await application.code()
    token = (await application.redeem(code)).json()["refresh_token"]
    async with application.journee.work() as session:
        rows = [*(await session.scalars(update(Consent).values(nonce=None).returning(Consent.code_hash)))]
        rows += [*(await session.scalars(update(RefreshToken).values(used_at=None).returning(RefreshToken.hash)))]
    assert code not in rows
    assert token not in rows
