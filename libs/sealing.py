"""Secrets that travel: links sealed for the one service that may open them, and links that prove where they come from.

Sealing is AES-256-GCM under a key derived from the deployment's `MOUSSEM_KEY` (HKDF-SHA256, RFC 5869) per purpose, so
that what was sealed for letters cannot be opened as anything else.
"""

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LINK = re.compile(r"[A-Za-z0-9_-]{43}")
_NONCE = 12
_UUID = 16
_MAC = 16


class SealBroken(Exception):
    """What was given was not sealed by this deployment for this purpose, or was altered."""


def seal(key: bytes, purpose: str, secret: str) -> str:
    """Return `secret` as a text that only `unseal` with the same key and purpose can read."""
    nonce = secrets.token_bytes(_NONCE)
    return _text(nonce + AESGCM(_derive(key, purpose)).encrypt(nonce, secret.encode(), purpose.encode()))


def unseal(key: bytes, purpose: str, sealed: str) -> str:
    """Return what was sealed; raise `SealBroken` if it was not sealed here, for this."""
    try:
        raw = _bytes(sealed)
        return AESGCM(_derive(key, purpose)).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken(purpose) from error


def new_link() -> str:
    """Return 256 random bits for a link; who hands it out keeps `fingerprint` of it only."""
    return secrets.token_urlsafe(32)


def is_link(text: str) -> bool:
    """Whether a text has the form of what `new_link` makes."""
    return _LINK.fullmatch(text) is not None


def lasting_secret(key: bytes, purpose: str, tenant_id: UUID, subject: UUID) -> str:
    """Return a secret that is the same each time it is asked for: for who must know it again and may not keep it."""
    return _text(hmac.digest(_derive(key, purpose), tenant_id.bytes + subject.bytes, "sha256"))


def signed_link(key: bytes, purpose: str, tenant_id: UUID, subject: UUID) -> str:
    """Return a fresh link that names `subject` and proves that this deployment made it."""
    body = subject.bytes + secrets.token_bytes(_NONCE)
    return _text(body + _sign(key, purpose, tenant_id, body))


def subject_of_link(key: bytes, purpose: str, tenant_id: UUID, link: str) -> UUID:
    """Return whom a signed link names; raise `SealBroken` if it was not made here, for this tenant and purpose."""
    try:
        raw = _bytes(link)
    except ValueError as error:
        raise SealBroken(purpose) from error
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(body) != _UUID + _NONCE or not hmac.compare_digest(mac, _sign(key, purpose, tenant_id, body)):
        raise SealBroken(purpose)
    return UUID(bytes=body[:_UUID])


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a random secret, in hex: enough for 256 bits that nobody chose."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mark(key: bytes) -> str:
    """Return what tells one deployment's key from another's, and nothing else about it."""
    return _derive(key, "mark").hex()


def _sign(key: bytes, purpose: str, tenant_id: UUID, body: bytes) -> bytes:
    return hmac.digest(_derive(key, purpose), tenant_id.bytes + body, "sha256")[:_MAC]


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"moussem/{purpose}".encode()).derive(key)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Return what a text stands for, if it is the one text that does: a last letter may have bits to spare."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(raw) != text:
        message = "not in the form that this was written in"
        raise ValueError(message)
    return raw
