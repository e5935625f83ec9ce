"""When a draft may be worked on, and what may be put into it."""

from datetime import date, datetime, time, timedelta

from libs.errors import Conflict, Invalid

_NIGHT = timedelta(days=1, hours=6)  # the last day may end after midnight
ABANDONED = timedelta(minutes=5)  # a solve that gave no sign for so long is given up


class SolveRunning(Conflict):
    detail = "The solver is at work for this day."
    remedy = "Wait until it has finished, or stop it."


class NotRunning(Conflict):
    detail = "This solve has ended already ({state})."
    remedy = "Ask for another one."


class NothingToSchedule(Conflict):
    detail = "There are {rooms} rooms and {sessions} sessions to schedule."
    remedy = "Give the edition rooms and sessions first."


class NotOnTheEditionsDays(Invalid):
    detail = "{starts_at} is not on the edition's days, {starts_on} to {ends_on}."
    remedy = "Choose a time on these days; the last may end after midnight."


def check_on_the_days(starts_at: datetime, starts_on: date, ends_on: date) -> None:
    first, last = datetime.combine(starts_on, time()), datetime.combine(ends_on, time()) + _NIGHT
    if not first <= starts_at < last:
        raise NotOnTheEditionsDays(
            pointer="/starts_at",
            starts_at=starts_at.isoformat(" ", "minutes"),
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
        )
