"""What every answer tells the browser, and whoever keeps answers, to refuse (OWASP ASVS 5, V3 and V14)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar.types import Message, Scope

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGES = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",  # for browsers that know no frame-ancestors (RFC 9700, 4.16)
    "referrer-policy": "same-origin",  # with none at all, browsers hide the origin of our own forms too
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_DATA = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_OVER_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
_KEPT = "cache-control"

Told = Mapping[bytes, bytes]


def of_pages(*, secure: bool) -> Told:
    """Return what goes with every page; `secure` where browsers reach us by TLS."""
    return _encoded(_PAGES | (_OVER_TLS if secure else {}))


def of_data(*, secure: bool) -> Told:
    """Return what goes with everything that is no page: answers of the API, exports."""
    return _encoded(_DATA | (_OVER_TLS if secure else {}))


def telling(told: Told) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return the hook that puts them on every answer that does not say otherwise: errors and unknown addresses too.

    An answer that does not say how it may be kept is kept by nobody.
    """
    always = list({**told, _KEPT.encode(): b"no-store"}.items())

    async def tell(message: Message, _: Scope) -> None:
        if message["type"] == "http.response.start":
            headers: Any = message["headers"]
            said = {name.lower() for name, _ in headers}
            message["headers"] = [*headers, *(each for each in always if each[0] not in said)]

    return tell


def _encoded(told: Mapping[str, str]) -> Told:
    return {name.encode(): value.encode() for name, value in told.items()}
