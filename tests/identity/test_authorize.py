"""Asking a person to agree: what a hostile or clumsy application gets."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pytest

from services.identity.consents.models import Consent
from tests.identity.applications import BACK, VERIFIER, Application, make
from tests.identity.served import said_in
from tests.identity.test_clients import signed_in


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
