"""How long an access token is good, and when the key that signs it is changed. Pure: no I/O, no clock, no framework."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

KeyState = Literal["next", "current", "previous"]

TOKEN_GOOD_FOR = timedelta(minutes=10)
KEY_SIGNS_FOR = timedelta(days=90)


class AccessToken(Struct, frozen=True):
    access_token: str
    expires_in: int  # seconds


def must_rotate(since: datetime, now: datetime) -> bool:
    """Whether a key that has signed since then makes way for the next, which verifiers know by now."""
    return now - since >= KEY_SIGNS_FOR
