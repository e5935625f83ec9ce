"""How long an application's request, code and refresh tokens are good, and who may agree. Pure."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from libs.errors import Conflict, Forbidden

Decision = Literal["granted", "refused"]

ASKED_FOR = timedelta(hours=1)  # a sign-in by letter lies between the question and the answer
CODE_GOOD_FOR = timedelta(minutes=1)
REFRESH_GOOD_FOR = timedelta(days=30)  # since it was made; each use makes the next
CONSENT_GOOD_FOR = timedelta(days=180)
# Two of a client's processes may come with the same code or token, and an answer may be lost on its way (P7): within
# this time that is no theft yet. A code is refused to the second all the same; a refresh token gets the same successor.
LEEWAY = timedelta(seconds=30)


class ConsentOver(Conflict):
    detail = "This question was answered already, or its time is over."
    remedy = "Go back to the application and begin again."


class NotForYou(Forbidden):
    detail = "This application is for those who act for its own organisation."
    remedy = "Choose a mandate for that organisation, or ask whoever runs the application."


class SignInTooOld(Conflict):
    detail = "The application asks for a sign-in that has just been made."
    remedy = "Sign in again."


class Asked(Struct, frozen=True, kw_only=True):
    """A request that waits for somebody's answer. `signed_in_since`: no older sign-in will do."""

    organisation_id: UUID | None
    asked_at: datetime
    decision: Decision | None
    signed_in_since: datetime | None

    def admit(self, *, granted: bool, acting_for: UUID | None, signed_in_at: datetime | None, now: datetime) -> None:
        """Return if somebody who acts for an organisation may answer so; raise the reason if not."""
        if self.decision is not None or now - self.asked_at >= ASKED_FOR:
            raise ConsentOver
        if self.needs_sign_in(signed_in_at):
            raise SignInTooOld
        if granted and self.organisation_id is not None and acting_for != self.organisation_id:
            raise NotForYou

    def needs_sign_in(self, signed_in_at: datetime | None) -> bool:
        wanted = self.signed_in_since
        return wanted is not None and (signed_in_at is None or signed_in_at < wanted)


class Code(Struct, frozen=True):
    """What decides whether a code is redeemed: once, within a minute."""

    decided_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and self.ended_at is None and now - self.decided_at < CODE_GOOD_FOR

    def is_replayed(self, now: datetime) -> bool:
        """Whether it comes again so late that somebody else may have it."""
        return self.used_at is not None and now - self.used_at > LEEWAY


class Refresh(Struct, frozen=True):
    """What decides whether a refresh token gives the next ones."""

    decided_at: datetime
    ended_at: datetime | None
    made_at: datetime
    used_at: datetime | None
    successor_used: bool

    def is_good(self, now: datetime) -> bool:
        young = now - self.made_at < REFRESH_GOOD_FOR and now - self.decided_at < CONSENT_GOOD_FOR
        return self.ended_at is None and young

    def is_replayed(self, now: datetime) -> bool:
        """Whether it was used, and not just now by a client that may not have got the answer."""
        return self.used_at is not None and (self.successor_used or now - self.used_at > LEEWAY)
