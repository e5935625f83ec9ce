"""Which mail domains may be claimed, and by what they are proven. Pure: no I/O, no clock, no framework."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta

from libs.errors import Conflict, Invalid, NotFound, Unauthenticated

# Whom a certificate authority would write to, to know who holds a domain (CA/Browser Forum, Baseline Requirements
# 3.2.2.4.4; RFC 2142): anybody may have another address of it.
KEEPERS = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
Keeper = Literal["admin", "administrator", "hostmaster", "postmaster", "webmaster"]
LETTER_GOOD_FOR = timedelta(days=3)
LETTERS_APART = timedelta(minutes=2)

Domain = Annotated[str, Meta(min_length=3, max_length=253, pattern=r"^[^\s\x00-\x1f\x7f@/]+$(?!\n)")]

_NAME = re.compile(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=.*[a-z])[a-z0-9-]{2,63}$")
_ANYBODYS = {
    *("gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "aol", "proton"),
    *("protonmail", "gmx", "zoho", "tutanota", "yandex", "laposte", "orange", "wanadoo", "menara", "fastmail", "hey"),
}
_ANYBODYS_WHOLE = {"me.com", "mac.com", "pm.me", "mail.com", "mail.ru", "free.fr", "sfr.fr", "web.de", "menara.ma"}
_SHARED = {"gov", "gouv", "co", "com", "org", "net", "ac", "edu", "press", "mil"}  # gov.ma: a whole country's


class DomainUnusable(Invalid):
    detail = "{domain} is not a domain that addresses of one organisation end in."
    remedy = "Give what stands after the @ in your organisation's own addresses."


class DomainShared(Invalid):
    detail = "Anybody may have an address at {domain}."
    remedy = "Give a domain of your organisation's own."


class DomainTaken(Conflict):
    detail = "Another organisation of this day has proven that {domain} is its own."
    remedy = "If that is wrong, write to an administrator of the day."


class NoSuchDomain(NotFound):
    detail = "There is no such mail domain here."
    remedy = "Check the address; lists show what exists."


class RecordNotFound(Conflict):
    detail = "The name {name} does not hold the text that proves it."
    remedy = "Add the TXT record as it is shown; a new one can take an hour to be seen everywhere."


class LetterOnItsWay(Conflict):
    detail = "A letter was sent a moment ago."
    remedy = "Look into the mailbox; another one can be sent in two minutes."


class DomainLinkUnknown(Unauthenticated):
    detail = "This link does not prove a mail domain, or not any more."
    remedy = "Ask the organisation's technical contact to send another letter."


def domain_name(written: str) -> str:
    """Return a domain as it is compared; raise the reason for one that no organisation could have."""
    try:
        domain = written.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        raise DomainUnusable(domain=written, pointer="/domain") from None
    if not _NAME.match(domain):
        raise DomainUnusable(domain=written, pointer="/domain")
    labels = domain.split(".")
    of_two = len(labels) == 2  # noqa: PLR2004 (a name and a country or kind)
    if (labels[0] in _ANYBODYS and len(labels) <= 3) or domain in _ANYBODYS_WHOLE:  # noqa: PLR2004 (yahoo.co.uk)
        raise DomainShared(domain=domain, pointer="/domain")
    if of_two and labels[0] in _SHARED:
        raise DomainUnusable(domain=domain, pointer="/domain")
    return domain
