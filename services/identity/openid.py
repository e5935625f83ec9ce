"""Speaking to identity providers: what they publish, and their word for a code. Nothing here is believed yet.

Metadata and keys are remembered, so that a sign-in costs no more than its own round trips.
"""

import base64
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, KeySet, OKPKey, RSAKey
from msgspec import Struct
from uuid_utils.compat import uuid7

from libs.errors import Conflict
from libs.outgoing.calls import AnswerUnreadable, Outgoing

_DISCOVERY = "/.well-known/openid-configuration"
_REMEMBERED_FOR = 3600.0  # seconds
_READ_AGAIN_AFTER = 60.0  # seconds: an unknown key makes us ask a provider at most this often
_MOST_REMEMBERED = 1_000
_ASSERTION_GOOD_FOR = 60
_SMALLEST_RSA = 2048
_MOST_KEYS = 50
_KINDS = ("RSA", "EC", "OKP")


class NotAProvider(Conflict):
    detail = "{host} does not describe an OpenID provider that could be used ({field})."
    remedy = "Check the issuer's address against what the provider itself shows."


class IssuerDiffers(Conflict):
    detail = "At this address answers the issuer {told}."
    remedy = "Give exactly that address if it is the right provider."


class Metadata(Struct, frozen=True, kw_only=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0), of that what is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False
    backchannel_logout_supported: bool = False


class Client(Struct, frozen=True, kw_only=True):
    """Us, as a provider knows us. `secret` is the client's, or our private key (JWK) for `private_key_jwt`."""

    client_id: str
    method: str
    secret: str


class Code(Struct, frozen=True):
    """What somebody came back with, and what shows that they were sent by us."""

    value: str
    verifier: str
    redirect_uri: str


class Tokens(Struct, frozen=True):
    id_token: str
    access_token: str = ""


class TokenError(Exception):
    """The provider refused the code; `error` is its word for it (RFC 6749, 5.2)."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class OpenId:
    """All providers that this process speaks to."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._metadata: dict[str, tuple[float, Metadata]] = {}
        self._keys: dict[str, tuple[float, KeySet]] = {}

    async def metadata(self, issuer: str, *, anew: bool = False) -> Metadata:
        """Return what a provider says of itself; raise the reason if it cannot be had or used."""
        read_at, known = self._metadata.get(issuer, (0.0, None))
        if known is not None and not anew and time.monotonic() - read_at < _REMEMBERED_FOR:
            return known
        answer = await self._outgoing.get(issuer.rstrip("/") + _DISCOVERY)
        found = self._usable(answer.host, answer.json, issuer)
        _remember(self._metadata, issuer, found)
        return found

    async def keys(self, metadata: Metadata, *, unknown: bool = False) -> KeySet:
        """Return a provider's keys; asked for again when one is `unknown`, but not more often than once a minute."""
        read_at, known = self._keys.get(metadata.jwks_uri, (0.0, None))
        waited = time.monotonic() - read_at
        if known is not None and waited < (_READ_AGAIN_AFTER if unknown else _REMEMBERED_FOR):
            return known
        answer = await self._outgoing.get(metadata.jwks_uri)
        listed = answer.json.get("keys")
        if not isinstance(listed, list):
            raise AnswerUnreadable(host=answer.host)
        keys = KeySet([key for each in listed[:_MOST_KEYS] if (key := _signing_key(each)) is not None])
        _remember(self._keys, metadata.jwks_uri, keys)
        return keys

    async def redeem(self, metadata: Metadata, client: Client, code: Code, now: datetime) -> Tokens:
        """Give a code for tokens (RFC 6749, 4.1.3; RFC 7636, 4.5); raise `TokenError` for a refusal."""
        form = {
            "grant_type": "authorization_code",
            "code": code.value,
            "redirect_uri": code.redirect_uri,
            "code_verifier": code.verifier,
        }
        own, headers = _authentication(client, metadata, now)
        answer = await self._outgoing.post_form(metadata.token_endpoint, form | own, headers)
        told = answer.json
        if answer.status != 200 or "error" in told:  # noqa: PLR2004
            raise TokenError(plain_error(told.get("error")) or f"status {answer.status}")
        try:
            return msgspec.convert(told, Tokens)
        except msgspec.ValidationError:
            raise AnswerUnreadable(host=answer.host) from None

    async def userinfo(self, metadata: Metadata, access_token: str) -> Mapping[str, Any]:
        """Return what a provider tells beside the ID token (OpenID Connect Core 1.0, 5.3)."""
        told: Mapping[str, Any] = (
            await self._outgoing.get(metadata.userinfo_endpoint, {"authorization": f"Bearer {access_token}"})
        ).json
        return told

    async def close(self) -> None:
        await self._outgoing.close()

    def _usable(self, host: str, told: Mapping[str, Any], issuer: str) -> Metadata:
        """Return metadata whose every address may be called or opened; the issuer says exactly who it is."""
        try:
            found = msgspec.convert(told, Metadata)
        except msgspec.ValidationError as error:
            raise NotAProvider(host=host, field=_field_in(str(error))) from None
        if found.issuer != issuer:
            raise IssuerDiffers(told=found.issuer[:500], pointer="/issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            if address := getattr(found, name):
                self._outgoing.allowed.check(address)
        if found.end_session_endpoint:
            self._outgoing.allowed.check(found.end_session_endpoint)
        if "code" not in told.get("response_types_supported", ["code"]):
            raise NotAProvider(host=host, field="response_types_supported")
        return found


def authorization_address(metadata: Metadata, asked: Mapping[str, str]) -> str:
    """Return where somebody is sent to sign in; what the provider's address says itself stays."""
    joint = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
    return f"{metadata.authorization_endpoint}{joint}{urlencode(asked, quote_via=quote)}"


def new_private_key() -> dict[str, Any]:
    """Return a key to authenticate by (RFC 7523): ES256, its `kid` its thumbprint."""
    key = ECKey.generate_key("P-256")
    return {**key.as_dict(private=True), "kid": key.thumbprint()}


def public_half(private: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the provider is given of it (RFC 7517)."""
    return {name: value for name, value in private.items() if name != "d"} | {"use": "sig", "alg": "ES256"}


def plain_error(error: Any) -> str:
    """Return an error's name if it is one (RFC 6749, 4.1.2.1), to be shown: short, of plain letters."""
    if not isinstance(error, str) or not error.isascii() or not error.replace("_", "").isalnum():
        return ""
    return error[:60]


def _authentication(client: Client, metadata: Metadata, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Return how the client proves itself: fields of the form, and headers."""
    if client.method == "client_secret_basic":
        pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
        return {}, {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    if client.method == "client_secret_post":
        return {"client_id": client.client_id, "client_secret": client.secret}, {}
    key = ECKey.import_key(msgspec.json.decode(client.secret))
    issued = int(now.timestamp())
    claims = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": metadata.token_endpoint,
        "jti": str(uuid7()),
        "iat": issued,
        "exp": issued + _ASSERTION_GOOD_FOR,
    }
    assertion = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_id": client.client_id, "client_assertion_type": kind, "client_assertion": assertion}, {}


def _signing_key(told: Any) -> RSAKey | ECKey | OKPKey | None:
    """Return a key that could have signed something; none for what is no key, is for other uses, or is weak."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig" or told.get("kty") not in _KINDS:
        return None
    if told["kty"] == "RSA" and len(str(told.get("n", ""))) * 6 < _SMALLEST_RSA:  # a character of base64 is six bits
        return None
    try:
        key = JWKRegistry.import_key({name: told[name] for name in told if name not in ("x5c", "x5u")})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _remember(where: dict[str, Any], key: str, value: Any) -> None:
    if key not in where and len(where) >= _MOST_REMEMBERED:
        del where[next(iter(where))]
    where[key] = (time.monotonic(), value)


def _field_in(message: str) -> str:
    """Return which field msgspec complains of: `… field `token_endpoint`` or `… at `$.issuer``."""
    quoted = message.split("`")[1::2]
    return quoted[-1].removeprefix("$.") if quoted else "metadata"
