"""What Authlib and joserfc were warned about, tried on the server as it is put together here.

Pinned are releases that have each of these mended; the tests hold it whatever is pinned next.
"""

import base64
import hmac
import json
import time
from typing import Any

import httpx2
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from uuid_utils.compat import uuid7

from libs.db.tenancy import Sessions
from services.identity.tokens.commands import current_key
from tests.identity.applications import Application
from tests.identity.journee import Journee, now

FAST = 2.0  # seconds, for what takes milliseconds


def encoded(part: dict[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
async def key(http: httpx2.AsyncClient) -> dict[str, Any]:
    """One of the keys that are published."""
    found: dict[str, Any] = (await http.get("/oauth/jwks")).json()["keys"][0]
    return found


@pytest.fixture
def claims(journee: Journee) -> dict[str, Any]:
    """What an administrator's token would say."""
    issued = int(time.time())
    return {
        "iss": journee.settings.issuer,
        "aud": "moussem",
        "sub": str(uuid7()),
        "iat": issued,
        "exp": issued + 600,
        "jti": str(uuid7()),
        "tenant": journee.slug,
        "tenant_id": str(journee.id),
        "role": "administrator",
        "account_id": str(uuid7()),
    }


async def refused(http: httpx2.AsyncClient, journee: Journee, token: str) -> bool:
    began = time.monotonic()
    answer = await http.get(f"{journee.api}/memberships", headers={"authorization": f"Bearer {token}"})
    assert time.monotonic() - began < FAST
    return answer.status_code == 401


async def test_the_same_claims_by_the_right_key_are_let_in(
    http: httpx2.AsyncClient, journee: Journee, sessions: Sessions, claims: dict[str, Any]
) -> None:
    async with sessions.begin() as session:
        right = await current_key(session, journee.settings.key, now())
    header = {"alg": "ES256", "typ": "at+jwt", "kid": right.kid}
    assert not await refused(http, journee, jwt.encode(header, claims, right, algorithms=["ES256"]))


async def test_a_key_in_the_header_of_a_token_is_not_believed(
    http: httpx2.AsyncClient, journee: Journee, key: dict[str, Any], claims: dict[str, Any]
) -> None:
    """CVE-2026-27962 (Authlib before 1.6.9): `jwk` and its kin in the header chose the key."""
    own = ECKey.generate_key("P-256", {"kid": key["kid"]})
    for header in (
        {"jwk": own.as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil"},
        {},
    ):
        whole = {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"], **header}
        assert await refused(http, journee, jwt.encode(whole, claims, own, algorithms=["ES256"])), header


async def test_an_algorithm_that_we_do_not_use_is_not_believed(
    http: httpx2.AsyncClient, journee: Journee, key: dict[str, Any], claims: dict[str, Any]
) -> None:
    """`none`, and HS256 by the public key as a secret (the oldest confusion, again in 2024 and 2026)."""
    for alg in ("none", "None", "NONE"):
        header = {"alg": alg, "typ": "at+jwt", "kid": key["kid"]}
        assert await refused(http, journee, f"{encoded(header)}.{encoded(claims)}.")
    signed = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': key['kid']})}.{encoded(claims)}"
    for secret in (json.dumps(key).encode(), ECKey.import_key(key).as_pem(private=False)):
        mac = hmac.digest(secret, signed.encode(), "sha256")
        assert await refused(http, journee, f"{signed}.{encoded(mac)}")


async def test_a_payload_that_is_not_encoded_and_parts_that_are_huge_cost_nothing(
    http: httpx2.AsyncClient, journee: Journee, key: dict[str, Any], claims: dict[str, Any]
) -> None:
    """GHSA-wphv-vfrh-23q5 (joserfc before 1.6.7: b64=false) and CVE-2025-61920 (Authlib: huge segments)."""
    own = ECKey.generate_key("P-256", {"kid": key["kid"]})
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"], "b64": False, "crit": ["b64"]}
    raw = json.dumps(claims | {"x": "y" * 30_000}).replace(".", "")
    assert await refused(http, journee, jws.serialize_compact(header, raw, own, algorithms=["ES256"]))
    for token in (
        f"{'A' * 60_000}.{encoded(claims)}.{'A' * 86}",
        f"{encoded({'alg': 'ES256', 'typ': 'at+jwt', 'kid': key['kid']})}.{encoded(claims)}.{'A' * 60_000}",
        "." * 60_000,
        f"{encoded(b'[' * 40_000)}.{encoded(claims)}.x",
    ):
        assert await refused(http, journee, token)


async def test_an_encrypted_token_is_not_opened(
    http: httpx2.AsyncClient, journee: Journee, key: dict[str, Any]
) -> None:
    """Sign/encrypt confusion, and what a compressed one could blow up to (CVE-2025-62706)."""
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF", "typ": "at+jwt", "kid": key["kid"]}
    assert await refused(
        http, journee, f"{encoded(header)}..{encoded(b'i' * 12)}.{encoded(b'c' * 2000)}.{encoded(b't' * 16)}"
    )


@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "", "evil"])
async def test_no_error_leads_to_an_address_that_is_not_registered(
    application: Application,
    response_type: str,
) -> None:
    """CVE-2026-41479 and CVE-2026-44681 (Authlib before 1.6.10 and 1.7.1)."""
    led = await application.ask(response_type=response_type or None, redirect_uri="https://evil.example/steal")
    assert "evil" not in led
    assert "/api/refused" in led
