"""When a draft may be worked on, and what may be put into it."""

from datetime import date, datetime, time, timedelta

from libs.errors import Conflict, Invalid, Unavailable

_NIGHT = timedelta(days=1, hours=6)  # the last day may end after midnight
ABANDONED = timedelta(minutes=5)  # a solve that gave no sign for so long is given up
_SIGN_OF_LIFE = timedelta(seconds=5)  # a solve under way gives two a second


class BeingSolved(Unavailable):
    detail = "A worker is at this solve already."
    remedy = "Look again in a few seconds."


class SolveRunning(Conflict):
    detail = "The solver is at work for this day."
    remedy = "Wait until it has finished, or stop it."


class NotRunning(Conflict):
    detail = "This solve has ended already."
    remedy = "Ask for another one."


class NothingToSchedule(Conflict):
    detail = "There are {rooms} rooms and {sessions} sessions to schedule."
    remedy = "Give the edition rooms and sessions first."


class NotOnTheEditionsDays(Invalid):
    detail = "{starts_at} is not on the edition's days, {starts_on} to {ends_on}."
    remedy = "Choose a time on these days; the last may end after midnight."


def is_at_work(heard_at: datetime, now: datetime) -> bool:
    """Whether the process of a solve under way gave a sign of life just now, by whichever worker's clock."""
    return abs(now - heard_at) < _SIGN_OF_LIFE


def check_on_the_days(starts_at: datetime, starts_on: date, ends_on: date) -> None:
    first, last = datetime.combine(starts_on, time()), datetime.combine(ends_on, time()) + _NIGHT
    if not first <= starts_at < last:
        raise NotOnTheEditionsDays(
            pointer="/starts_at",
            starts_at=starts_at.isoformat(" ", "minutes"),
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
        )
