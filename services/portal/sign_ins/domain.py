"""How long a sign-in of the portal is good, and what a form must carry."""

import base64
import hmac
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from libs.i18n.languages import LANGUAGES

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
RENEWED_BEFORE = timedelta(seconds=30)  # an access token is renewed this long before it ends
WANTED_FOR = timedelta(hours=1)  # how long a browser remembers the page that it was asked to sign in for
_NONCE = 16
_ADDRESS = re.compile(r"[\d.]+|.*:.*")
_PAGE = re.compile(rf"/(?:{'|'.join(LANGUAGES)})/(?P<tenant>[^/]+)/workspace(?:[/?][!-~]*)?")


def has_ended(began_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a sign-in was left idle too long, or has lasted as long as one may (OWASP ASVS 5, V7)."""
    return now - seen_at > IDLE or now - began_at > LONGEST


def own_page(wanted: str, tenant: str) -> str:
    """Return an address of a day's workspace; nothing for whatever else, as it could lead to somebody else's site."""
    found = _PAGE.fullmatch(wanted)
    return wanted if found and found["tenant"] == tenant else ""


def named(base_url: str) -> str:
    """Return where browsers can use passkeys: a deployment's own address, or `localhost` for one without a name."""
    address = urlsplit(base_url)
    host = address.hostname or ""
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme}://localhost{port}" if _ADDRESS.fullmatch(host) else base_url


def form_token(secret: str) -> str:
    """Return what a form carries to show that we made it: different each time (BREACH), good for one sign-in."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _mac(secret, nonce)).decode()


def is_form_token(secret: str, token: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(token)
    except ValueError:
        return False
    return hmac.compare_digest(raw[_NONCE:], _mac(secret, raw[:_NONCE]))


def _mac(secret: str, nonce: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"form" + nonce, "sha256")
