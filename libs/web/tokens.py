"""Checks access tokens (RFC 9068, ES256) by the issuer's published keys (RFC 7517)."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64decode
from msgspec import Struct

from libs.errors import Unauthenticated
from libs.identity import Principal

ALGORITHM = "ES256"
AUDIENCE: Final = "moussem"
_LEEWAY = 5  # seconds of clock skew
_READ_AGAIN_AFTER = 60.0  # seconds: an unknown key makes us ask the issuer at most this often
_MOST_KEPT = 2_000  # tokens


class TokenNotGood(Unauthenticated):
    detail = "This access token is not good: {reason}."
    remedy = "Get a new one from POST /oauth/token."


class Claims(Struct, frozen=True, kw_only=True):
    """What an access token of ours says."""

    iss: str
    aud: Literal["moussem"]
    sub: str
    exp: int
    iat: int
    jti: str
    tenant: str
    tenant_id: UUID
    role: str
    scope: str = ""
    client_id: UUID | None = None
    account_id: UUID | None = None
    organisation_id: UUID | None = None
    invitation_id: UUID | None = None
    sign_in_id: UUID | None = None
    consent_id: UUID | None = None  # the family of tokens that a person let an application have
    link_hash: str = ""

    def principal(self) -> Principal:
        return Principal(
            tenant_id=self.tenant_id,
            tenant=self.tenant,
            role=self.role,
            organisation_id=self.organisation_id,
            account_id=self.account_id,
            client_id=self.client_id,
            invitation_id=self.invitation_id,
            sign_in_id=self.sign_in_id,
            link_hash=self.link_hash,
            scopes=frozenset(self.scope.split()),
        )


class TokenVerifier:
    """The issuer's keys, and the tokens found good by them, kept in this process: a signature is checked once."""

    def __init__(self, issuer: str, fetch_keys: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        self._issuer = issuer
        self._fetch_keys = fetch_keys
        self._keys = KeySet([])
        self._read_at = float("-inf")
        self._good: dict[str, tuple[Principal, int]] = {}  # the oldest first

    async def verify(self, token: str) -> Principal:
        """Return who the token says is calling; raise `TokenNotGood` for every token that is not ours and current."""
        principal, expires_at = self._good.get(token) or await self._check(token)
        if expires_at + _LEEWAY < time.time():
            raise TokenNotGood(reason="it has expired")
        return principal

    async def _check(self, token: str) -> tuple[Principal, int]:
        try:
            claims = self._claims(token)
        except _UnknownKey:
            await self._read_keys()
            try:
                claims = self._claims(token)
            except _UnknownKey:
                raise TokenNotGood(reason="its key is unknown") from None
        if len(self._good) >= _MOST_KEPT:
            del self._good[next(iter(self._good))]
        self._good[token] = good = (claims.principal(), claims.exp)
        return good

    async def _read_keys(self) -> None:
        """Ask for the keys anew, and check every token anew by what is answered."""
        if time.monotonic() - self._read_at < _READ_AGAIN_AFTER:
            raise TokenNotGood(reason="its key is unknown")
        self._keys = KeySet.import_key_set(await self._fetch_keys())  # type: ignore[arg-type]
        self._read_at = time.monotonic()  # an issuer that was away is asked again by the next request
        self._good.clear()

    def _claims(self, token: str) -> Claims:
        try:
            header = msgspec.json.decode(_segment(token), type=_Header)
            if header.kid not in {key.kid for key in self._keys.keys}:
                raise _UnknownKey
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            claims = msgspec.convert(decoded.claims, Claims)
        except (JoseError, ValueError) as error:
            raise TokenNotGood(reason="it cannot be read") from error
        if claims.iss != self._issuer:
            raise TokenNotGood(reason="another issuer made it")
        return claims


class _UnknownKey(Exception):
    pass


class _Header(Struct, frozen=True):
    alg: Literal["ES256"]
    kid: str
    typ: Literal["at+jwt"]


def _segment(token: str) -> bytes:

    return urlsafe_b64decode(token.partition(".")[0].encode())
