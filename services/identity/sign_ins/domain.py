"""How long somebody stays signed in. Pure: no I/O, no clock, no framework."""

import hmac
from datetime import datetime, timedelta

from msgspec import Struct

from libs.errors import Unauthenticated
from libs.sealing import fingerprint

SIGNED_IN_FOR = timedelta(hours=8)
IDLE = timedelta(minutes=45)  # without a token being asked for: the portal's half hour, and what a token is good for


class SignInUnknown(Unauthenticated):
    detail = "There is no such sign-in, or this is not its secret."
    remedy = "Sign in."


class SignInOver(Unauthenticated):
    detail = "This sign-in is over."
    remedy = "Sign in again."


class Standing(Struct, frozen=True):
    """What decides whether a sign-in still gives tokens."""

    secret_hash: str
    expires_at: datetime
    ended_at: datetime | None
    seen_at: datetime

    def know(self, secret: str) -> None:
        """Return if `secret` is the sign-in's; raise `SignInUnknown` if not."""
        if not hmac.compare_digest(self.secret_hash, fingerprint(secret)):
            raise SignInUnknown

    def admit(self, secret: str, *, now: datetime) -> None:
        """Return if whoever knows `secret` is still signed in; raise the reason if not."""
        self.know(secret)
        if self.ended_at is not None or now >= self.expires_at or now - self.seen_at >= IDLE:
            raise SignInOver
