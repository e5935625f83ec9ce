"""What a passkey is good for, and where. Pure: no I/O, no clock, no framework."""

import ipaddress
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from libs.errors import Conflict, Unauthenticated
from services.identity.links.domain import SIGN_IN_REFUSED

CHALLENGE_GOOD_FOR = timedelta(minutes=5)
MOST = 10  # of one person


class PasskeyRefused(Unauthenticated):
    detail = "This passkey is not one that signs in here."
    remedy = "Take another one, or ask for a link by mail."
    journalled = SIGN_IN_REFUSED


class PasskeyNotMade(Conflict):
    detail = "The passkey could not be kept: the device's answer does not fit our question."
    remedy = "Load the page again and repeat."


class PasskeyKnown(Conflict):
    detail = "This passkey is kept already."
    remedy = "Nothing is to be done."


class TooManyPasskeys(Conflict):
    detail = "{most} passkeys are kept for you, which is the most."
    remedy = "Remove one that you no longer use."


class RelyingParty(Struct, frozen=True):
    """Whom a passkey is made for (Web Authentication 3, 5.4.2), and the origins that may ask for it."""

    id: str
    origins: list[str]


def relying_party(base_url: str) -> RelyingParty:
    """Return the deployment as browsers know it. An address is no name: on loopback it is `localhost`."""
    address = urlsplit(base_url)
    host = address.hostname or ""
    if not _is_loopback(host):
        return RelyingParty(host, [base_url])
    port = f":{address.port}" if address.port else ""
    return RelyingParty("localhost", [f"{address.scheme}://localhost{port}"])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
