"""Standard clients against a server that runs: Authlib's, and requests-oauthlib, which is not built on Authlib."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from oauthlib.oauth2 import BackendApplicationClient  # type: ignore[import-untyped]
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError  # type: ignore[import-untyped]
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session  # type: ignore[import-untyped]

from libs.config import KEY_BYTES, Settings
from libs.db.tenancy import Sessions
from services.identity.clients.commands import CreateClient, NewClient, create_client
from tests.identity.applications import CHALLENGE, VERIFIER
from tests.identity.journee import Journee, now
from tests.identity.served import Browser, Served, make_known, said_in

BACK = "https://crm.example/back"
SCOPES = ["openid", "profile", "email", "nominations:read"]


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with Served(settings, base64.b64encode(b"k" * KEY_BYTES).decode()) as served:
        yield served


@pytest.fixture
async def journee(served: Served, sessions_of: Callable[[str], Sessions]) -> Journee:
    journee = Journee(sessions=sessions_of("identity"), settings=served.settings)
    await journee.begin()
    await make_known(journee, *map(sessions_of, ("editions", "stakeholders", "portal")))
    return journee


@pytest.fixture
async def browser(served: Served, journee: Journee) -> AsyncIterator[Browser]:
    async with Browser(served, journee) as browser:
        yield browser


async def make(journee: Journee, **said: Any) -> NewClient:
    command = CreateClient(organisation_id=journee.federation, **said)
    async with journee.work() as session:
        return await create_client(session, journee.operator, command, now())


@pytest.fixture
async def application(journee: Journee) -> NewClient:
    return await make(journee, name="CRM", kind="application", scopes=SCOPES, redirect_uris=[BACK])


@pytest.fixture
async def authlib(served: Served, application: NewClient) -> AsyncIterator[AsyncOAuth2Client]:
    async with AsyncOAuth2Client(
        client_id=str(application.client_id),
        client_secret=application.client_secret,
        redirect_uri=BACK,
        scope=" ".join(SCOPES),
        code_challenge_method="S256",
        token_endpoint=f"{served.url}/oauth/token",
    ) as client:
        yield client


async def agreed(browser: Browser, journee: Journee, address: str, answer: str = "yes") -> str:
    """Sign in by a mailed link and answer; return where that leads."""
    membership = await journee.appoint()
    first = await browser.get(address)
    assert first.url.path == f"/en/{journee.slug}/sign-in"
    page = await browser.sign_in(await journee.mailed_link(membership))
    assert "/workspace/consents/" in page.url.path, page.text
    return await browser.answer(page, answer)


async def test_a_machine_gets_its_token_by_both_clients(
    served: Served, journee: Journee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the server is on loopback
    machine = await make(journee, name="Machine", scopes=["nominations:read"])
    identifier, secret = str(machine.client_id), machine.client_secret
    async with AsyncOAuth2Client(identifier, secret, token_endpoint=f"{served.url}/oauth/token") as client:
        await client.fetch_token(grant_type="client_credentials")
        read = await client.get(f"{served.url}/api/v1/{journee.slug}/calls")
        assert (read.status_code, read.json()["items"]) == (200, [])

    def with_requests() -> int:
        session = OAuth2Session(client=BackendApplicationClient(identifier))
        session.fetch_token(f"{served.url}/oauth/token", auth=HTTPBasicAuth(identifier, secret))
        return int(session.get(f"{served.url}/api/v1/{journee.slug}/calls").status_code)

    assert await asyncio.to_thread(with_requests) == 200


async def test_an_application_acts_for_who_agreed_by_authlibs_client(
    served: Served, journee: Journee, browser: Browser, authlib: AsyncOAuth2Client
) -> None:
    verifier = "v" * 64
    address, state = authlib.create_authorization_url(
        f"{served.url}/oauth/authorize", code_verifier=verifier, nonce="n-1"
    )
    back = await agreed(browser, journee, address)
    assert back.startswith(f"{BACK}?")
    assert (said_in(back)["state"], said_in(back)["iss"]) == (state, served.url)

    token = await authlib.fetch_token(authorization_response=back, code_verifier=verifier, state=state)
    keys = KeySet.import_key_set((await authlib.get(f"{served.url}/oauth/jwks")).json())
    told = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
    assert told.header["typ"] == "JWT"
    assert (told.claims["iss"], told.claims["aud"], told.claims["nonce"]) == (served.url, authlib.client_id, "n-1")
    assert told.claims["auth_time"] <= told.claims["iat"]

    read = await authlib.get(f"{served.url}/api/v1/{journee.slug}/calls")
    assert read.status_code == 200
    beyond = await authlib.get(f"{served.url}/api/v1/{journee.slug}/organisations")
    assert (beyond.status_code, beyond.json()["type"]) == (403, "/problems/scope-missing")

    renewed = await authlib.refresh_token(f"{served.url}/oauth/token")
    assert renewed["refresh_token"] != token["refresh_token"]
    assert (await authlib.get(f"{served.url}/api/v1/{journee.slug}/calls")).status_code == 200


async def test_an_application_acts_for_who_agreed_by_requests_oauthlib(
    served: Served, journee: Journee, browser: Browser, application: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the server is on loopback
    identifier = str(application.client_id)
    auth = HTTPBasicAuth(identifier, application.client_secret)
    session = OAuth2Session(identifier, redirect_uri=BACK, scope=SCOPES, pkce="S256")
    address, state = session.authorization_url(f"{served.url}/oauth/authorize")
    back = await agreed(browser, journee, address)
    assert said_in(back)["state"] == state

    def with_requests() -> None:
        token = session.fetch_token(f"{served.url}/oauth/token", authorization_response=back, auth=auth)
        assert token["scope"] == sorted(SCOPES)
        assert session.get(f"{served.url}/api/v1/{journee.slug}/calls").status_code == 200
        first = token["refresh_token"]
        second = session.refresh_token(f"{served.url}/oauth/token", auth=auth)["refresh_token"]
        session.refresh_token(f"{served.url}/oauth/token", refresh_token=second, auth=auth)
        with pytest.raises(InvalidGrantError):
            session.refresh_token(f"{served.url}/oauth/token", refresh_token=first, auth=auth)

    await asyncio.to_thread(with_requests)


async def test_who_refuses_is_led_back_with_the_refusal(
    served: Served, journee: Journee, browser: Browser, authlib: AsyncOAuth2Client
) -> None:
    address, state = authlib.create_authorization_url(f"{served.url}/oauth/authorize", code_verifier="v" * 64)
    back = await agreed(browser, journee, address, "no")
    said = said_in(back)
    assert (said["error"], said["state"], said["iss"]) == ("access_denied", state, served.url)


async def test_the_page_says_who_asks_for_whom_and_for_what(
    served: Served, journee: Journee, browser: Browser, authlib: AsyncOAuth2Client
) -> None:
    address, _ = authlib.create_authorization_url(f"{served.url}/oauth/authorize", code_verifier="v" * 64)
    await browser.get(address)
    page = await browser.sign_in(await journee.mailed_link(await journee.appoint()))
    for words in ("CRM", "Fédération", "Ada Lovelace", "Representative", "https://crm.example", "e-mail address"):
        assert words in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://crm.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "same-origin"


async def test_both_documents_lead_to_the_same_addresses(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as client:
        openid = (await client.get("/.well-known/openid-configuration")).json()
        assert openid == (await client.get("/.well-known/oauth-authorization-server")).json()
        assert openid["issuer"] == served.url
        assert openid["code_challenge_methods_supported"] == ["S256"]
        for name, address in openid.items():
            if name.endswith("_endpoint") or name == "jwks_uri":
                assert (await client.get(address)).status_code != 404, name


async def test_a_client_signs_who_it_is(served: Served, journee: Journee) -> None:
    key = RSAKey.generate_key(2048, {"kid": "k1"})
    machine = await make(
        journee, name="Signs", scopes=["nominations:read"], jwks={"keys": [key.as_dict(private=False)]}
    )
    async with AsyncOAuth2Client(
        str(machine.client_id),
        key.as_pem(private=True).decode(),
        token_endpoint=f"{served.url}/oauth/token",
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 (the name of a method)
    ) as client:
        client.register_client_auth_method(PrivateKeyJWT(f"{served.url}/oauth/token", claims={"exp": time.time() + 60}))
        token = await client.fetch_token(grant_type="client_credentials")
    assert token["scope"] == "nominations:read"


async def test_an_application_signs_a_person_out_who_confirms_and_is_led_back(
    served: Served, journee: Journee, browser: Browser
) -> None:
    left = "https://crm.example/left"
    client = await make(
        journee,
        name="CRM",
        kind="application",
        scopes=SCOPES,
        redirect_uris=[BACK],
        post_logout_redirect_uris=[left],
    )
    async with AsyncOAuth2Client(
        str(client.client_id),
        client.client_secret,
        redirect_uri=BACK,
        scope=" ".join(SCOPES),
        code_challenge_method="S256",
        token_endpoint=f"{served.url}/oauth/token",
    ) as authlib:
        address, _ = authlib.create_authorization_url(f"{served.url}/oauth/authorize", code_verifier="v" * 64)
        back = await agreed(browser, journee, address)
        token = await authlib.fetch_token(authorization_response=back, code_verifier="v" * 64)

        def leaving(**said: str) -> str:
            asked = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": left, "state": "s-2"} | said
            return f"/oauth/logout?{urlencode(asked)}"

        page = await browser.get(leaving())
        assert "Sign out here as well?" in page.text
        assert "form-action 'self' https://crm.example;" in page.headers["content-security-policy"]
        still = await browser.get(f"/en/{journee.slug}/workspace")
        assert still.url.path == f"/en/{journee.slug}/workspace"
        assert await browser.confirm(page) == f"{left}?state=s-2"
        gone = await browser.get(f"/en/{journee.slug}/workspace")
        assert gone.url.path == f"/en/{journee.slug}/sign-in"
        assert (await authlib.get(f"{served.url}/oauth/revoked")).json()["revoked"]
        async with httpx2.AsyncClient(base_url=served.url) as other:
            form = dict(parse_qsl(urlsplit(leaving()).query))
            posted = await other.post("/oauth/logout", data=form)
        assert (posted.status_code, "/sign-out?ticket=" in posted.headers["location"]) == (303, True)
        again = await browser.get(leaving())
        assert again.headers["location"] == f"{left}?state=s-2"

        for wrong in (
            leaving(post_logout_redirect_uri="https://evil.example/"),
            leaving(post_logout_redirect_uri=f"{left}/"),
            leaving(id_token_hint=token["access_token"]),
            leaving(id_token_hint="a.b.c"),  # noqa: S106 (none)
            leaving(client_id="nobody"),
            "/oauth/logout",
        ):
            assert (await browser.get(wrong)).url.path == "/en/api/refused"
        assert (await browser.get(f"/en/{journee.slug}/sign-out?ticket=forged")).status_code == 404


async def test_a_client_whose_server_dies_after_answering_goes_on_with_what_it_has(
    settings: Settings, sessions_of: Callable[[str], Sessions]
) -> None:
    """P7: the answer is lost, the server killed; the same refresh token gives the same next one elsewhere."""
    key = base64.b64encode(b"k" * KEY_BYTES).decode()
    with Served(settings, key) as first, Served(settings, key) as second:
        journee = Journee(sessions=sessions_of("identity"), settings=first.settings)
        await journee.begin()
        await make_known(journee, *map(sessions_of, ("editions", "stakeholders", "portal")))
        client = await make(journee, name="CRM", kind="application", scopes=SCOPES, redirect_uris=[BACK])
        auth = (str(client.client_id), client.client_secret)
        async with Browser(first, journee) as browser, httpx2.AsyncClient() as http:
            asked = {"response_type": "code", "client_id": auth[0], "redirect_uri": BACK}
            proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
            address = f"{first.url}/oauth/authorize?{urlencode(asked | proof)}"
            code = said_in(await agreed(browser, journee, address))["code"]
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
            verifier = {"code_verifier": VERIFIER}
            old = (await http.post(f"{first.url}/oauth/token", data=form | verifier, auth=auth)).json()["refresh_token"]
            again = {"grant_type": "refresh_token", "refresh_token": old}
            lost = (await http.post(f"{first.url}/oauth/token", data=again, auth=auth)).json()["refresh_token"]
            first.kill()
            found = await http.post(f"{second.url}/oauth/token", data=again, auth=auth)
            assert (found.status_code, found.json()["refresh_token"]) == (200, lost)
