"""Clients that are not let in: forged assertions, guesses that are counted, and nothing secret in the logs."""

import asyncio
import base64
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey
from msgspec import Struct
from uuid_utils.compat import uuid7

from libs.config import KEY_BYTES, Settings
from libs.db.tenancy import Sessions
from services.identity.clients.commands import NewClient
from services.identity.oauth.commands.asking import AskForToken, ask_for_token
from services.identity.oauth.domain import ASSERTION_TYPE
from services.identity.oauth.throttle import MOST_IN_WINDOW, network_of
from services.identity.tokens.commands import Issuer
from tests.identity.applications import make
from tests.identity.journee import Journee, now
from tests.identity.served import Browser, Served, make_known, said_in

TALKATIVE = """
import logging
from infra import web
from libs.observability.logs import configure_logs
web.configure_logs = lambda: configure_logs(level="DEBUG")
serve = web.serve
def talk(app, at):
    logging.getLogger("any.library").debug("talkative")
    return serve(app, at)
web.serve = talk
web.main([])
"""
FORM = "application/x-www-form-urlencoded"


class Signing(Struct):
    """A machine that signs who it is, and what a hostile one makes of that."""

    http: httpx2.AsyncClient
    journee: Journee
    key: ECKey
    client: NewClient

    def claims(self, **said: Any) -> dict[str, Any]:
        claims = {
            "iss": str(self.client.client_id),
            "sub": str(self.client.client_id),
            "aud": f"{self.journee.settings.issuer}/oauth/token",
            "exp": int(time.time()) + 60,
            "jti": str(uuid7()),
        } | said
        return {name: value for name, value in claims.items() if value is not None}

    def assertion(self, header: dict[str, Any] | None = None, key: Any = None, **said: Any) -> str:
        whole = {"alg": "ES256", "kid": "k1"} | (header or {})
        return jwt.encode(whole, self.claims(**said), key or self.key, algorithms=[whole["alg"]])

    async def ask(self, assertion: str, **more: Any) -> httpx2.Response:
        form = {"grant_type": "client_credentials", "client_assertion": assertion}
        return await self.http.post("/oauth/token", data={**form, "client_assertion_type": ASSERTION_TYPE}, **more)


@pytest.fixture
async def signing(journee: Journee, http: httpx2.AsyncClient) -> Signing:
    key = ECKey.generate_key("P-256", {"kid": "k1"})
    client = await make(journee, name="S", scopes=["editions:read"], jwks={"keys": [key.as_dict(private=False)]})
    return Signing(http, journee, key, client)


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def test_an_assertion_is_good_once_also_of_twenty_at_once(signing: Signing) -> None:
    assertion = signing.assertion()
    answers = await asyncio.gather(*(signing.ask(assertion) for _ in range(9)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 8}
    assert (await signing.ask(signing.assertion(aud=signing.journee.settings.issuer))).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"aud": "https://other.example/oauth/token"},
        {"aud": ["http://127.0.0.1:8000", "https://other.example"]},
        {"aud": ["http://127.0.0.1:8000"]},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"exp": int(time.time()) - 120},
        {"exp": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"jti": None},
        {"jti": 7},
        {"jti": "x" * 300},
        {"iss": "somebody"},
        {"sub": 7},
        {"sub": "nobody"},
    ],
)
async def test_an_assertion_that_is_not_for_us_and_short_lived_is_refused(
    signing: Signing, said: dict[str, Any]
) -> None:
    answer = await signing.ask(signing.assertion(**said))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_no_trick_with_the_algorithm_or_the_header_lets_anybody_in(signing: Signing) -> None:
    """What advisories on Authlib and joserfc were about: none, HS256 by the public key, crit, b64, jwk, jku."""
    public = json.dumps(signing.key.as_dict(private=False)).encode()
    pem = signing.key.as_pem(private=False)
    other = ECKey.generate_key("P-256", {"kid": "k1"})
    by_public_key = []
    for secret in (public, pem):
        signed = ".".join(_encoded(part) for part in ({"alg": "HS256", "kid": "k1"}, signing.claims()))
        mac = hmac.digest(secret, signed.encode(), "sha256")
        by_public_key.append(f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}")
    unencoded = jws.serialize_compact(
        {"alg": "ES256", "kid": "k1", "b64": True, "crit": ["b64"]},
        json.dumps(signing.claims()),
        signing.key,
        algorithms=["ES256"],
    )
    forged = [
        f"{_encoded({'alg': 'none'})}.{_encoded(signing.claims())}.",
        *by_public_key,
        unencoded,
        signing.assertion({"jwk": other.as_dict(private=False)}, other),
        signing.assertion({"jku": "https://evil.example/keys"}, other),
        signing.assertion(key=other),
        signing.assertion({"alg": "RS256"}, RSAKey.generate_key(2048)),
        signing.assertion({"kid": "k2"}),
        signing.assertion()[:-4] + "AAAA",
        "a.b.c.d.e",
        ".." + "A" * 100,
        "x" * 7000,
    ]
    for assertion in forged:
        answer = await signing.ask(assertion)
        assert answer.status_code in {401, 429}, assertion
        assert answer.json()["error"] == "invalid_client"


async def test_a_client_comes_in_by_one_way_at_a_time(signing: Signing) -> None:
    both = await signing.ask(signing.assertion(), auth=(str(signing.client.client_id), "x" * 43))
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")


async def test_a_client_without_keys_signs_in_vain(signing: Signing) -> None:
    bare = await make(signing.journee, name="B", scopes=["editions:read"])
    refused = await signing.ask(signing.assertion(iss=str(bare.client_id), sub=str(bare.client_id)))
    assert refused.status_code == 401


async def test_guesses_are_counted_and_the_right_secret_is_let_in_all_the_same(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    client = await make(journee, name="M", scopes=["editions:read"])

    async def guess(secret: str) -> httpx2.Response:
        form = {"grant_type": "client_credentials"}
        return await http.post("/oauth/token", data=form, auth=(str(client.client_id), secret))

    answers = await asyncio.gather(*(guess(f"wrong{n}") for n in range(40)))
    assert Counter(answer.status_code for answer in answers) == {401: MOST_IN_WINDOW, 429: 40 - MOST_IN_WINDOW}
    [late, *_] = [answer for answer in answers if answer.status_code == 429]
    assert (late.headers["retry-after"], late.json()["error"]) == ("300", "invalid_client")
    assert len(await journee.journal("sign_in.refused")) == MOST_IN_WINDOW
    assert (await guess(client.client_secret)).status_code == 200


async def test_who_guesses_from_elsewhere_does_not_count_here(sessions: Sessions, journee: Journee) -> None:
    client = await make(journee, name="M", scopes=["editions:read"])
    wrong = "Basic " + base64.b64encode(f"{client.client_id}:wrong".encode()).decode()
    issuer = Issuer(journee.settings)

    async def status(network: str) -> int:
        asked = AskForToken(wrong, FORM, b"grant_type=client_credentials", network)
        async with sessions.begin() as session:
            return (await ask_for_token(session, issuer, asked, now())).status

    for _ in range(MOST_IN_WINDOW):
        assert await status("192.0.2.1") == 401
    assert (await status("192.0.2.1"), await status("192.0.2.2")) == (429, 401)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002::/64"),
        ("testclient", "testclient"),
    ],
)
def test_neighbours_of_one_subscriber_count_together(host: str, network: str) -> None:
    assert network_of(host) == network


@pytest.fixture
def talkative(settings: Settings) -> Iterator[Served]:
    """A server that logs all that it can."""
    with Served(settings, base64.b64encode(b"k" * KEY_BYTES).decode(), program=TALKATIVE) as served:
        yield served


async def test_nothing_secret_is_in_the_logs(talkative: Served, sessions_of: Callable[[str], Sessions]) -> None:
    """The whole journey of an application, well and badly, and then a look through all that the server said."""
    journee = Journee(sessions=sessions_of("identity"), settings=talkative.settings)
    await journee.begin()
    await make_known(journee, *map(sessions_of, ("editions", "stakeholders", "portal")))
    back = "http://127.0.0.1:9/back"
    client = await make(journee, name="A", kind="application", scopes=["openid", "editions:read"], redirect_uris=[back])
    auth = (str(client.client_id), client.client_secret)
    verifier, challenge = "v" * 64, "w1TpKUdYE9hUAcNSeeSRFioHDxfUxuHho_JHAfZ_vDM"
    link = await journee.mailed_link(await journee.appoint())
    async with Browser(talkative, journee) as browser, httpx2.AsyncClient(base_url=talkative.url) as http:
        await browser.get(
            f"/oauth/authorize?response_type=code&client_id={client.client_id}&redirect_uri={back}"
            f"&code_challenge={challenge}&code_challenge_method=S256"
        )
        code = said_in(await browser.answer(await browser.sign_in(link), "yes"))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        tokens = (await http.post("/oauth/token", data=form, auth=auth)).json()
        await http.post("/oauth/token", data=form, auth=auth)
        await http.post("/oauth/token", data=form, auth=(auth[0], "a-wrong-secret-that-is-a-secret-too"))
        await http.post("/oauth/introspect", data={"token": tokens["access_token"]}, auth=auth)
        await http.get(f"{journee.api}/editions", headers={"authorization": f"Bearer {tokens['access_token']}"})
        renewed = await http.post(
            "/oauth/token", data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}, auth=auth
        )
    said = "".join(talkative.said)
    assert '"event": "talkative", "level": "debug"' in said  # our own format, after all applications were made
    secrets = [auth[1], code, verifier, *(tokens[name] for name in ("access_token", "refresh_token", "id_token"))]
    for secret in [*secrets, renewed.json()["refresh_token"], link, "a-wrong-secret-that-is-a-secret-too"]:
        assert secret not in said
