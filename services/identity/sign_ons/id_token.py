"""What an ID token must say before anybody is believed to be who it names (OpenID Connect Core 1.0, 3.1.3.7).

Pure: keys and the clock come in. Algorithms are from our list, whatever the provider's metadata say (RFC 8725, 3.1).
"""

import base64
import hashlib
import hmac
import math
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode
from msgspec import Struct

from libs.errors import Forbidden, Unauthenticated
from services.identity.links.domain import SIGN_IN_REFUSED

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
_KINDS: dict[str, type] = {"RS256": RSAKey, "PS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey, "Ed25519": OKPKey}
_SKEW = 60  # seconds that a provider's clock may differ from ours
_OLDEST = 600  # seconds since a token was made for us
_LONGEST_SUBJECT = 255
_MOST_KEYS = 5  # of one name


class SignatureWrong(Unauthenticated):
    detail = "What the provider says is not signed by a key of its own, or not in a way that is taken here."
    remedy = "Begin again; if it happens again, tell your organisation's technical contact."
    journalled = SIGN_IN_REFUSED


class IssuerWrong(Unauthenticated):
    detail = "What the provider says was issued by another one."
    remedy = "Tell your organisation's technical contact: the issuer's address here is not the one in its tokens."
    journalled = SIGN_IN_REFUSED


class AudienceWrong(Unauthenticated):
    detail = "What the provider says is meant for another application."
    remedy = "Tell your organisation's technical contact: the client's identifier here is not the one in its tokens."
    journalled = SIGN_IN_REFUSED


class TokenOutOfDate(Unauthenticated):
    detail = "What the provider says is not valid at this time."
    remedy = "Begin again; if it happens again, its clock is wrong: tell your organisation's technical contact."
    journalled = SIGN_IN_REFUSED


class NonceWrong(Unauthenticated):
    detail = "What the provider says answers another sign-in than this one."
    remedy = "Begin again from the sign-in page."
    journalled = SIGN_IN_REFUSED


class SubjectMissing(Unauthenticated):
    detail = "The provider does not say who has signed in."
    remedy = "Tell your organisation's technical contact."
    journalled = SIGN_IN_REFUSED


class SignedInTooLongAgo(Forbidden):
    detail = "Your organisation asks that one has signed in at its provider more recently."
    remedy = "Begin again, and sign in there anew."
    journalled = SIGN_IN_REFUSED


class LevelTooLow(Forbidden):
    detail = "Your organisation asks for a stronger way to sign in at its provider."
    remedy = "Begin again, and use a second factor there."
    journalled = SIGN_IN_REFUSED


class UnknownKey(Exception):
    """The token names a key that the provider had not published when it was last asked."""


class Expected(Struct, frozen=True, kw_only=True):
    issuer: str
    client_id: str
    nonce: str
    max_age: int | None = None
    levels: tuple[str, ...] = ()


class _Header(Struct, frozen=True):
    alg: str
    kid: str = ""
    typ: str = ""
    crit: Any = None


def read_id_token(
    token: str, keys: KeySet, expected: Expected, *, access_token: str, now: datetime
) -> Mapping[str, Any]:
    """Return what an ID token says; raise the reason why it is not believed, or `UnknownKey`."""
    claims = signed_claims(token, keys, types=("", "jwt"))
    check_origin(claims, expected.issuer, expected.client_id)
    check_time(claims, now)
    if not _same(claims.get("nonce"), expected.nonce):
        raise NonceWrong
    subject_of(claims)
    _check_access_token(claims, access_token)
    _check_freshness(claims, expected, now)
    return claims


def signed_claims(token: str, keys: KeySet, *, types: Sequence[str]) -> Mapping[str, Any]:
    """Return the claims of a token that one of `keys` has signed; `types` is what its header may call it."""
    header = _header(token)
    if header.alg not in ALGORITHMS or header.crit is not None or header.typ.lower() not in types:
        raise SignatureWrong
    fitting = [key for key in keys.keys if isinstance(key, _KINDS[header.alg])]
    named = [key for key in fitting if not header.kid or key.kid == header.kid]
    if not named:
        raise UnknownKey
    for key in named[:_MOST_KEYS]:
        try:
            with warnings.catch_warnings():  # EdDSA has newer names (RFC 9864), which few providers know yet
                warnings.simplefilter("ignore", SecurityWarning)
                content = jws.deserialize_compact(token, key, algorithms=[header.alg]).payload
            claims = msgspec.json.decode(content)
        except (JoseError, ValueError, TypeError, RecursionError, msgspec.MsgspecError):
            continue
        if isinstance(claims, dict):
            return claims
    raise SignatureWrong


def check_origin(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    """Raise the reason if the token is not this issuer's, or not for this client alone."""
    if not _same(claims.get("iss"), issuer):
        raise IssuerWrong
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in audiences or (len(audiences) > 1 and party is None) or party not in (None, client_id):
        raise AudienceWrong


def check_time(claims: Mapping[str, Any], now: datetime) -> None:
    """Raise `TokenOutOfDate` for a token that is over, not yet good, or was not made just now."""
    at = now.timestamp()
    expires, issued, begins = (_number(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None or (begins is None and "nbf" in claims):
        raise TokenOutOfDate
    if not (at - _SKEW < expires and at - _OLDEST <= issued <= at + _SKEW and (begins or issued) <= at + _SKEW):
        raise TokenOutOfDate


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return whom a token is about; raise `SubjectMissing` for an empty one, or one of another form."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise SubjectMissing
    return subject


def _check_access_token(claims: Mapping[str, Any], access_token: str) -> None:
    """Raise if the ID token came with another access token (3.1.3.8): optional here, checked where it is said."""
    if "at_hash" not in claims:
        return
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    if not _same(claims["at_hash"], base64.urlsafe_b64encode(half).decode().rstrip("=")):
        raise SignatureWrong


def _check_freshness(claims: Mapping[str, Any], expected: Expected, now: datetime) -> None:
    if expected.max_age is not None:
        signed_in = _number(claims.get("auth_time"))
        if signed_in is None or now.timestamp() - signed_in > expected.max_age + _SKEW:
            raise SignedInTooLongAgo
    if expected.levels and claims.get("acr") not in expected.levels:
        raise LevelTooLow


def _header(token: str) -> _Header:
    try:
        return msgspec.json.decode(urlsafe_b64decode(token.partition(".")[0].encode()), type=_Header)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise SignatureWrong from None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _same(found: Any, wanted: str) -> bool:
    return isinstance(found, str) and hmac.compare_digest(found.encode(), wanted.encode())
