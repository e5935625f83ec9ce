"""Checks access tokens (RFC 9068, ES256) by the issuer's published keys (RFC 7517)."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64decode
from msgspec import Struct

from libs.errors import Unauthenticated, Unavailable
from libs.identity import Principal

log = structlog.get_logger(__name__)

ALGORITHM = "ES256"
AUDIENCE: Final = "moussem"
_LEEWAY = 5  # seconds of clock skew
_READ_AGAIN_AFTER = 60.0  # seconds: an unknown key makes us ask the issuer at most this often
_MOST_KEPT = 2_000  # tokens
REVOKED_READ_EVERY = 15.0  # seconds: how long a token may be good after it was revoked


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

    @property
    def names(self) -> frozenset[str]:
        """What it would be revoked by."""
        return frozenset(
            (
                f"client:{self.client_id}",
                f"jti:{self.jti}",
                *([f"consent:{self.consent_id}"] if self.consent_id else ()),
                *([f"sign-in:{self.sign_in_id}"] if self.sign_in_id else ()),
            )
        )

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


class Good(Struct, frozen=True):
    """A token that was found good; `names` is what it would be revoked by."""

    principal: Principal
    expires_at: int
    names: frozenset[str]


class TokenVerifier:
    """The issuer's keys, and the tokens found good by them, kept in this process: a signature is checked once.

    Of what programs and people who sign in were given, the issuer is asked every few seconds what was revoked.
    """

    def __init__(
        self,
        issuer: str,
        fetch_keys: Callable[[], Awaitable[dict[str, Any]]],
        fetch_revoked: Callable[[], Awaitable[list[str]]] | None = None,
    ) -> None:
        self._issuer = issuer
        self._fetch_keys = fetch_keys
        self._keys = KeySet([])
        self._read_at = float("-inf")
        self._good: dict[str, Good] = {}  # the oldest first
        self._fetch_revoked = fetch_revoked
        self._revoked: frozenset[str] = frozenset()
        self._revoked_read_at = float("-inf")

    async def verify(self, token: str) -> Principal:
        """Return who the token says is calling; raise `TokenNotGood` for every token that is not ours and current."""
        good = self._good.get(token) or await self._check(token)
        if good.expires_at + _LEEWAY < time.time():
            raise TokenNotGood(reason="it has expired")
        if good.principal.client_id is not None or good.principal.sign_in_id is not None:
            await self._read_revoked()
            if good.names & self._revoked:
                raise TokenNotGood(reason="it was revoked")
        return good.principal

    async def _read_revoked(self) -> None:
        """Ask what was revoked, one request at a time; of an issuer that is away, go on with what it said last."""
        if self._fetch_revoked is None or time.monotonic() - self._revoked_read_at < REVOKED_READ_EVERY:
            return
        self._revoked_read_at = time.monotonic()
        try:
            self._revoked = frozenset(await self._fetch_revoked())
        except Unavailable as away:
            log.warning("what was revoked could not be read", exc_info=away)

    async def _check(self, token: str) -> Good:
        try:
            claims = _read(token, self._keys, self._issuer)
        except _UnknownKey:
            await self._read_keys()
            claims = read_claims(token, self._keys, self._issuer)
        if len(self._good) >= _MOST_KEPT:
            del self._good[next(iter(self._good))]
        self._good[token] = good = Good(claims.principal(), claims.exp, claims.names)
        return good

    async def _read_keys(self) -> None:
        """Ask for the keys anew, and check every token anew by what is answered."""
        if time.monotonic() - self._read_at < _READ_AGAIN_AFTER:
            raise TokenNotGood(reason="its key is unknown")
        self._keys = KeySet.import_key_set(await self._fetch_keys())  # type: ignore[arg-type]
        self._read_at = time.monotonic()  # an issuer that was away is asked again by the next request
        self._good.clear()


def read_claims(token: str, keys: KeySet, issuer: str) -> Claims:
    """Return what a token says that one of `keys` has signed, expired or not; raise `TokenNotGood`."""
    try:
        return _read(token, keys, issuer)
    except _UnknownKey:
        raise TokenNotGood(reason="its key is unknown") from None


def _read(token: str, keys: KeySet, issuer: str) -> Claims:
    try:
        header = msgspec.json.decode(_segment(token), type=_Header)
        if header.kid not in {key.kid for key in keys.keys}:
            raise _UnknownKey
        decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        claims = msgspec.convert(decoded.claims, Claims)
    except (JoseError, ValueError) as error:
        raise TokenNotGood(reason="it cannot be read") from error
    if claims.iss != issuer:
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
