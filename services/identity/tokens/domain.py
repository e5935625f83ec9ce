"""How long an access token is good, and when the key that signs it is changed. Pure: no I/O, no clock, no framework."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from libs.errors import Conflict

KeyState = Literal["next", "current", "previous"]

TOKEN_GOOD_FOR = timedelta(minutes=10)
KEY_SIGNS_FOR = timedelta(days=90)


class RotatedJustNow(Conflict):
    detail = "The key was changed less than {minutes} minutes ago: tokens that the one before signed are still good."
    remedy = "Wait; or say that a key has leaked, which ends every token at once."


class AccessToken(Struct, frozen=True):
    access_token: str
    expires_in: int  # seconds


def must_rotate(since: datetime, now: datetime) -> bool:
    """Whether a key that has signed since then makes way for the next, which verifiers know by now."""
    return now - since >= KEY_SIGNS_FOR


def admit_rotation(since: datetime, now: datetime) -> None:
    """Return if a key that has signed since then may be changed by hand now; raise the reason if not.

    The key before it is forgotten then, and its last tokens must have expired.
    """
    if now - since < TOKEN_GOOD_FOR:
        raise RotatedJustNow(minutes=TOKEN_GOOD_FOR // timedelta(minutes=1))
