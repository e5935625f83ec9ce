"""How long a sign-in link is good, how often, and how many are sent. Pure: no I/O, no clock, no framework."""

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


class Link(Struct, frozen=True):
    """What decides whether a link still signs somebody in."""

    kind: LinkKind
    expires_at: datetime | None
    used_at: datetime | None

    def redeem(self, *, now: datetime, personas: bool) -> None:
        """Return if the link signs in now; raise the reason if not.

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


def expiry(kind: LinkKind, now: datetime) -> datetime | None:
    good_for = _GOOD_FOR[kind]
    return None if good_for is None else now + good_for


def may_send(asked_in_window: int) -> bool:
    """Whether a letter goes out when an address was asked for so many times before, within the window."""
    return asked_in_window < MOST_IN_WINDOW
