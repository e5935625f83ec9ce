"""What a logout token must say before anybody is signed out by it (OpenID Connect Back-Channel Logout 1.0, 2.6).

Pure: keys and the clock come in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc.jwk import KeySet
from msgspec import Struct

from libs.errors import Invalid
from services.identity.sign_ons.id_token import (
    SubjectMissing,
    check_origin,
    check_time,
    signed_claims,
    subject_of,
)

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_TYPES = ("logout+jwt", "jwt", "")  # the first is what the specification recommends; many still say nothing
_LONGEST = 500


class LogoutTokenWrong(Invalid):
    detail = "This is no logout token for this client."
    remedy = "See OpenID Connect Back-Channel Logout 1.0, 2.4."


class Departure(Struct, frozen=True, kw_only=True):
    """Who is to be signed out: of one session, or everywhere. At least one of the two is said."""

    token_id: str
    subject: str
    session: str
    expires_at: float


def read_logout_token(token: str, keys: KeySet, *, issuer: str, client_id: str, now: datetime) -> Departure:
    """Return whom a logout token is about; raise the reason why it is not heeded, or `UnknownKey`."""
    claims = signed_claims(token, keys, types=_TYPES)
    check_origin(claims, issuer, client_id)
    check_time(claims, now)
    events = claims.get("events")
    is_logout = isinstance(events, dict) and isinstance(events.get(_EVENT), dict)
    token_id, session = _short(claims, "jti"), _short(claims, "sid")
    subject = _subject(claims)
    if not is_logout or "nonce" in claims or not token_id or not (subject or session):
        raise LogoutTokenWrong
    return Departure(token_id=token_id, subject=subject, session=session, expires_at=float(claims["exp"]))


def _subject(claims: Mapping[str, Any]) -> str:
    if "sub" not in claims:
        return ""
    try:
        return subject_of(claims)
    except SubjectMissing:
        raise LogoutTokenWrong from None


def _short(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise LogoutTokenWrong
    return value
