"""Issue 13: a provider that lies is refused for its reason, and the journal says so. Nobody is signed in by it."""

import asyncio
import base64
import hmac
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import func, select

from services.identity.sign_ins.models import SignIn
from tests.identity.single_sign_on.conftest import Federation
from tests.identity.single_sign_on.provider import CLIENT, SECRET, HostileProvider, a_provider, new_key
from tests.libs.outgoing.servers import saying

EVIL = "https://evil.example"


async def refused(federation: Federation, provider: HostileProvider, **tokens: Any) -> str:
    """Let a provider that is on answer with `tokens`; return why that was refused, which the journal says too."""
    provider_id = await federation.switched_on(provider)
    return await refusal_of(federation, provider, provider_id, **tokens)


async def refusal_of(federation: Federation, provider: HostileProvider, provider_id: str, **tokens: Any) -> str:
    brought = provider.say(await federation.go(provider_id), **tokens)
    answer = await federation.answer(provider_id, **brought)
    assert answer.status_code >= 400, answer.text
    assert "sign_in" not in answer.json()
    async with federation.journee.work() as session:
        assert await session.scalar(select(func.count()).select_from(SignIn)) == 0
    reason = str(answer.json()["type"]).rpartition("/")[2]
    assert (await federation.refused_for())[-1:] == [reason]
    return reason


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": EVIL}, "issuer-wrong"),
        ({"iss": ...}, "issuer-wrong"),
        ({"iss": ["x"]}, "issuer-wrong"),
        ({"aud": "another-client"}, "audience-wrong"),
        ({"aud": []}, "audience-wrong"),
        ({"aud": ...}, "audience-wrong"),
        ({"aud": [CLIENT, "another-client"]}, "audience-wrong"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "audience-wrong"),
        ({"azp": "another-client"}, "audience-wrong"),
        ({"exp": time.time() - 3600}, "token-out-of-date"),
        ({"exp": ...}, "token-out-of-date"),
        ({"exp": "tomorrow"}, "token-out-of-date"),
        ({"exp": True}, "token-out-of-date"),
        ({"iat": ...}, "token-out-of-date"),
        ({"iat": time.time() - 3600}, "token-out-of-date"),
        ({"iat": time.time() + 3600}, "token-out-of-date"),
        ({"nbf": time.time() + 3600}, "token-out-of-date"),
        ({"nbf": "now"}, "token-out-of-date"),
        ({"sub": ""}, "subject-missing"),
        ({"sub": ...}, "subject-missing"),
        ({"sub": 7}, "subject-missing"),
        ({"sub": "x" * 300}, "subject-missing"),
        ({"at_hash": "b3RoZXIgdG9rZW4"}, "signature-wrong"),
    ],
)
async def test_a_token_that_says_otherwise_is_not_believed(
    federation: Federation, provider: HostileProvider, claims: dict[str, Any], reason: str
) -> None:
    provider_id = await federation.switched_on(provider)
    address = await federation.go(provider_id)
    nonce = address.partition("nonce=")[2].partition("&")[0]
    brought = provider.say(address, id_token=provider.id_token(**({"nonce": nonce} | claims)))
    answer = await federation.answer(provider_id, **brought)
    assert answer.json()["type"] == f"/problems/{reason}", answer.text
    assert await federation.refused_for() == [reason]
    assert await federation.journee.journal("sign_in") == []


async def test_a_replayed_or_missing_nonce_is_not_believed(federation: Federation, provider: HostileProvider) -> None:
    provider_id = await federation.switched_on(provider)
    used = provider.tokens["id_token"]
    assert await refusal_of(federation, provider, provider_id, id_token=used) == "nonce-wrong"
    without = provider.id_token()
    assert await refusal_of(federation, provider, provider_id, id_token=without) == "nonce-wrong"


def unsigned(provider: HostileProvider) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{head}.{provider.id_token().split('.')[1]}."


def by_the_public_key(provider: HostileProvider) -> str:
    """Signed by HMAC with what everybody can read (RFC 8725, 2.1)."""
    return _by_hmac(provider, provider.key.as_pem(private=False))


def by_the_clients_secret(provider: HostileProvider) -> str:
    return _by_hmac(provider, SECRET.encode())


def _by_hmac(provider: HostileProvider, secret: bytes) -> str:
    head = _part(b'{"alg":"HS256","kid":"one"}')
    signed = f"{head}.{provider.id_token().split('.')[1]}"
    return f"{signed}.{_part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def by_a_key_in_its_own_header(provider: HostileProvider) -> str:
    own = new_key("one")
    return provider.id_token(own, {"jwk": own.as_dict(private=False), "jku": f"{EVIL}/keys"})


def critical(provider: HostileProvider) -> str:
    head = _part(b'{"alg":"RS256","kid":"one","crit":["x"],"x":1}')
    return ".".join([head, *provider.id_token().split(".")[1:]])


TRICKS: dict[str, Callable[[HostileProvider], str]] = {
    "none": unsigned,
    "HS256 with the public key": by_the_public_key,
    "HS256 with the client's secret": by_the_clients_secret,
    "a key in the header": by_a_key_in_its_own_header,
    "another's key under this name": lambda provider: provider.id_token(new_key("one")),
    "a key that nobody published": lambda provider: provider.id_token(new_key("two")),
    "an algorithm that is not on our list": lambda provider: provider.id_token(header={"alg": "RS512"}),
    "an access token": lambda provider: provider.id_token(header={"typ": "at+jwt"}),
    "a logout token": lambda provider: provider.logout_token(),
    "something critical": critical,
    "no token": lambda _: "...",
    "nothing": lambda _: "",
    "a depth without end": lambda _: base64.urlsafe_b64encode(b"[" * 30_000).decode() + ".e30.e30",
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_what_none_of_its_keys_has_signed_in_a_way_of_ours_is_not_believed(
    federation: Federation, provider: HostileProvider, trick: str
) -> None:
    assert await refused(federation, provider, id_token=TRICKS[trick](provider)) == "signature-wrong"


async def test_keys_that_are_changed_are_followed_and_asked_for_once_a_minute(
    federation: Federation, provider: HostileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider_id = await federation.switched_on(provider)
    provider.asked.clear()
    for kid, kind in (("two", "EC"), ("three", "OKP")):
        provider.key = new_key(kid, kind)
        provider.published = [provider.key.as_dict(private=False)]
        too_soon = await federation.sign_in(provider, provider_id)
        assert too_soon.json()["type"] == "/problems/signature-wrong", "it was asked a moment ago"
        assert provider.asked.count("GET /jwks") == 0
        with monkeypatch.context() as later:
            later.setattr("services.identity.openid._READ_AGAIN_AFTER", 0.0)
            assert (await federation.sign_in(provider, provider_id)).status_code == 201
            assert provider.asked.count("GET /jwks") == 1
            provider.asked.clear()
            unknown = await federation.go(provider_id)
            brought = provider.say(unknown, id_token=provider.id_token(new_key("nobody's", "EC")))
            assert (await federation.answer(provider_id, **brought)).status_code == 401
            assert provider.asked.count("GET /jwks") == 1, "once for a key that nobody has published"
        provider.asked.clear()


@pytest.mark.parametrize("weak", ["oct", "small", "for encryption", "no key", "not a list"])
async def test_keys_that_prove_nothing_are_not_taken(
    federation: Federation, provider: HostileProvider, weak: str
) -> None:
    provider_id = await federation.switched_on(provider)
    async with a_provider() as other:
        published: dict[str, Any] = {
            "oct": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "kid": "one"},
            "small": _small_key(),
            "for encryption": {**other.key.as_dict(private=False), "use": "enc"},
            "no key": {"kty": "RSA", "n": "!", "e": 7},
            "not a list": {},
        }
        other.published = [published[weak]] if weak != "not a list" else {}  # type: ignore[assignment]
        changed = await federation.change(provider_id, issuer=other.url)
        assert changed.status_code == 200, changed.text
        tried = await federation.try_out(other, provider_id)
        wanted = "answer-unreadable" if weak == "not a list" else "signature-wrong"
        assert tried.json()["type"] == f"/problems/{wanted}"


def _small_key() -> dict[str, Any]:
    """Return a key of 1024 bits, as a provider would publish it."""
    public = rsa.generate_private_key(65537, 1024).public_key().public_numbers()  # noqa: S505 (weak: it is to be refused)
    modulus = base64.urlsafe_b64encode(public.n.to_bytes(128, "big")).decode().rstrip("=")
    return {"kty": "RSA", "n": modulus, "e": "AQAB", "kid": "one"}


async def test_an_answer_is_taken_once_and_by_the_browser_that_began(
    federation: Federation, provider: HostileProvider
) -> None:
    """P4: a wrong browser's attempt is refused, and does not spoil the right one's."""
    provider_id = await federation.switched_on(provider)
    provider.asked.clear()
    brought = provider.say(await federation.go(provider_id))
    stolen = await federation.answer(provider_id, browser="b" * 43, **brought)
    assert (stolen.status_code, stolen.json()["type"]) == (400, "/problems/answer-not-awaited")
    guessed = await federation.answer(provider_id, **{**brought, "state": brought["state"][:-1] + "_"})
    assert guessed.json()["type"] == "/problems/answer-not-awaited"
    assert provider.asked == [], "no token was asked for"
    answers = await asyncio.gather(*(federation.answer(provider_id, **brought) for _ in range(8)))
    assert Counter(each.status_code for each in answers) == {201: 1, 409: 7}
    assert provider.asked.count("POST /token") == 1


async def test_two_providers_are_not_mixed_up(federation: Federation, provider: HostileProvider) -> None:
    """P4: A's state at B's address, and A's answer under B's name, end before any code is given away."""
    async with a_provider() as other:
        one = await federation.switched_on(provider)
        two = await federation.switched_on(other)
        provider.asked.clear()
        other.asked.clear()
        brought = provider.say(await federation.go(one))
        crossed = await federation.answer(two, **brought)
        assert (crossed.status_code, crossed.json()["type"]) == (400, "/problems/answer-not-awaited")
        mixed = await federation.answer(one, iss=other.url, **brought)
        assert (mixed.status_code, mixed.json()["type"]) == (400, "/problems/issuer-mixed-up")
        assert provider.asked + other.asked == []
        named = provider.say(await federation.go(one))
        assert (await federation.answer(one, iss=provider.url, **named)).status_code == 201


async def test_an_issuer_that_is_promised_must_be_there(federation: Federation, provider: HostileProvider) -> None:
    """RFC 9207, 2.4."""
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    registered = await federation.register(provider)
    provider_id = registered.json()["id"]
    left_out = await federation.try_out(provider, provider_id)
    assert left_out.json()["type"] == "/problems/issuer-mixed-up"


@pytest.mark.parametrize(
    ("brought", "shown"),
    [
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "<script>alert(1)</script>"}, "no code"),
        ({"error": "x" * 900}, "x" * 60),
        ({}, "no code"),
    ],
)
async def test_a_providers_no_is_told_in_plain_letters(
    federation: Federation, provider: HostileProvider, brought: dict[str, str], shown: str
) -> None:
    provider_id = await federation.switched_on(provider)
    state = provider.say(await federation.go(provider_id))["state"]
    answer = await federation.answer(provider_id, state=state, **brought)
    assert answer.json()["type"] == "/problems/provider-says-no"
    assert f"({shown})" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "said", "reason"),
    [
        ("/token", saying(b'{"error": "invalid_grant"}', status="400 Bad Request"), "code-refused"),
        ("/token", saying(b'{"error": {"a": 1}}', status="400 Bad Request"), "code-refused"),
        ("/token", saying(b"{}"), "answer-unreadable"),
        ("/token", saying(b"[" * 200_000), "answer-unreadable"),
        ("/token", saying(b"x" * 300_000), "answer-too-large"),
        ("/token", saying(b"{}", status="302 Found", more="location: http://127.0.0.1:9/\r\n"), "code-refused"),
        ("/token", b"nothing of HTTP\r\n\r\n", "not-reached"),
    ],
)
async def test_what_it_answers_for_a_code_is_bounded_and_read_with_care(
    federation: Federation, provider: HostileProvider, path: str, said: bytes, reason: str
) -> None:
    provider_id = await federation.switched_on(provider)
    provider.answers[path] = said
    brought = provider.say(await federation.go(provider_id))
    answer = await federation.answer(provider_id, **brought)
    assert answer.json()["type"] == f"/problems/{reason}", answer.text
    assert await federation.refused_for() == [reason]


async def test_a_sign_in_too_long_ago_or_too_weak_is_refused_where_that_is_asked(
    federation: Federation, provider: HostileProvider
) -> None:
    provider.claims = {"auth_time": int(time.time()), "acr": "high"}
    provider_id = await federation.switched_on(provider, max_age=60, levels=["high"])
    for claims, reason in (
        ({"auth_time": time.time() - 600}, "signed-in-too-long-ago"),
        ({"auth_time": ...}, "signed-in-too-long-ago"),
        ({"acr": "low"}, "level-too-low"),
        ({"acr": ...}, "level-too-low"),
    ):
        answer = await federation.sign_in(provider, provider_id, **{"auth_time": time.time(), "acr": "high"} | claims)
        assert answer.json()["type"] == f"/problems/{reason}"
