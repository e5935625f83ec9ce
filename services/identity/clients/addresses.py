"""Where an application may have people led to: whole addresses, compared letter by letter (RFC 9700, 2.1). Pure."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from libs.errors import Invalid

MOST_ADDRESSES = 10
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PLACE = re.compile(
    r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?"
)  # no user, nothing for a header to stumble over
_PRINTABLE = re.compile(r"[!-~]{1,500}")


class AddressUnfit(Invalid):
    detail = "People cannot be led to {address}."
    remedy = "Give a whole address that begins with https:// (http:// on this machine only), without a fragment."


def admit_addresses(addresses: Iterable[str], pointer: str) -> None:
    """Return if people may be led to each; raise the reason if not."""
    for address in addresses:
        if not _fits(address):
            raise AddressUnfit(address=address, pointer=pointer)


def origin_of(address: str) -> str:
    """Return the scheme and place of an address that was admitted: what a page's policy must allow to lead there."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _fits(address: str) -> bool:
    if not _PRINTABLE.fullmatch(address) or "#" in address or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or not _PLACE.fullmatch(parts.netloc):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
