"""How often something may be tried. Pure: no I/O, no clock, no framework."""

from datetime import datetime, timedelta

from libs.errors import TooOften

WINDOW = timedelta(minutes=15)
MOST_IN_WINDOW = 10


class TriedTooOften(TooOften):
    detail = "This was tried too often in a short time."
    remedy = "Wait for {minutes} minutes, or ask for a new link."


def admit(before: int, first_at: datetime | None, now: datetime) -> None:
    """Return if one more may be tried after so many within the window; raise `TriedTooOften` if not.

    What is counted is one browser's own tries, so nobody can shut somebody else out.
    """
    if before >= MOST_IN_WINDOW:
        left = (first_at or now) + WINDOW - now
        raise TriedTooOften(
            minutes=max(1, -(-left // timedelta(minutes=1))), retry_after=max(1, int(left.total_seconds()))
        )
