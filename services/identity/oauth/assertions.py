"""What a client's assertion must say (RFC 7523, 3). Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError

LONGEST = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
_HEADER = frozenset({"alg", "kid", "typ"})  # nothing that names other keys (jku, jwk, x5u) or other rules (crit, b64)
_LONGEST_JTI = 200


def admit_header(header: dict[str, Any]) -> None:
    if not header.keys() <= _HEADER:
        raise InvalidClientError


def admit_claims(claims: dict[str, Any], issuer: str, now: datetime) -> None:
    """Return if an assertion is its client's own, for us alone and short-lived; raise `InvalidClientError` if not.

    One audience, as a text: an assertion that is good in several places can be used by one of them in another.
    """
    audience = claims.get("aud")
    if not isinstance(audience, str) or audience not in {issuer, f"{issuer}/oauth/token"}:
        raise InvalidClientError
    if claims.get("iss") != claims.get("sub"):
        raise InvalidClientError
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise InvalidClientError
    expires_at = until(claims)
    if not now - SKEW < expires_at <= now + LONGEST + SKEW:
        raise InvalidClientError
    for name in ("nbf", "iat"):
        if name in claims and _moment(claims[name]) > now + SKEW:
            raise InvalidClientError


def until(claims: dict[str, Any]) -> datetime:
    return _moment(claims.get("exp"))


def _moment(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClientError
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise InvalidClientError from None
