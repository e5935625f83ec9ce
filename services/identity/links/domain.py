"""How long a sign-in link is good, how often, and how many are sent. Pure: no I/O, no clock, no framework."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from libs.errors import Conflict, Unauthenticated

LinkKind = Literal["mailed", "membership", "persona"]

MAILED_GOOD_FOR = timedelta(minutes=15)
_GOOD_FOR: dict[LinkKind, timedelta | None] = {
    "mailed": MAILED_GOOD_FOR,
    "membership": timedelta(days=14),
    "persona": None,
}
WINDOW = timedelta(minutes=15)
MOST_IN_WINDOW = 5
CODE_DIGITS = 8
SIGN_IN_REFUSED = "sign_in.refused"  # as the journal has it


class LinkUnknown(Unauthenticated):
    detail = "This sign-in link is not one of ours."
    remedy = "Open the link as it stands in the letter, or ask for a new one."
    journalled = SIGN_IN_REFUSED


class LinkUsed(Conflict):
    detail = "This sign-in link was used already."
    remedy = "Ask for a new one; if it was not you who used it, tell an administrator of the day."
    journalled = SIGN_IN_REFUSED


class LinkExpired(Conflict):
    detail = "The time of this sign-in link is over."
    remedy = "Ask for a new one."
    journalled = SIGN_IN_REFUSED


class AskedElsewhere(Conflict):
    """`code` among the facts stands for the link in the browser that asked for it; elsewhere it is good for nothing."""

    detail = "This link was asked for in another browser."
    remedy = "Type the code there, or ask for a new link here."


class CodeUnknown(Unauthenticated):
    detail = "This code does not belong to a link that was asked for here."
    remedy = "Type it as it stands on the page that the letter leads to, or ask for a new link."
    journalled = SIGN_IN_REFUSED


class Link(Struct, frozen=True):
    """What decides whether a link still signs somebody in."""

    kind: LinkKind
    expires_at: datetime | None
    used_at: datetime | None
    asked_in: str | None = None  # the hash of a browser's secret

    def redeem(self, *, now: datetime, personas: bool, browser_hash: str | None = None, code: str = "") -> None:
        """Return if the link signs in now, in that browser; raise the reason if not.

        A persona's link does so any number of times, but only where personas are allowed.
        """
        if self.kind == "persona":
            if not personas:
                raise LinkUnknown
            return
        if self.used_at is not None:
            raise LinkUsed
        if self.expires_at is not None and now >= self.expires_at:
            raise LinkExpired
        if self.kind == "mailed" and self.asked_in != browser_hash:
            raise AskedElsewhere(code=code)


def code_of(link: str) -> str:
    """Return the digits that stand for a link where it was asked for."""
    number = int.from_bytes(hashlib.sha256(f"code {link}".encode()).digest())
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def expiry(kind: LinkKind, now: datetime) -> datetime | None:
    good_for = _GOOD_FOR[kind]
    return None if good_for is None else now + good_for


def may_send(asked_in_window: int) -> bool:
    """Whether a letter goes out when an address was asked for so many times before, within the window."""
    return asked_in_window < MOST_IN_WINDOW
