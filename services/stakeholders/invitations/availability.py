"""When a speaker can be there: windows in the edition's wall time, inside or around its days. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from libs.contracts.events import Window
from libs.errors import Invalid

AROUND = timedelta(days=7)  # an arrival before and a departure after; anything further off is a slip of the pen
_LAST_DAY = timedelta(days=1, hours=6)  # with the night after it: a day may end after midnight (E22)


class EndsBeforeItStarts(Invalid):
    detail = "The window ends at {ends_at}, not after its start at {starts_at}."
    remedy = "Put its end after its start."


class OutsideTheEdition(Invalid):
    detail = "The window from {starts_at} to {ends_at} does not touch the edition, from {starts_on} to {ends_on}."
    remedy = "Give times on the edition's days, and at most a week around them."


def settle(windows: Sequence[Window], *, starts_on: date, ends_on: date) -> list[Window]:
    """Return the windows in order, those that touch each other joined; raise the reason for the first that is wrong."""
    first = datetime.combine(starts_on, time())
    last = datetime.combine(ends_on, time()) + _LAST_DAY
    for place, window in enumerate(windows):
        _check(window, f"/availability/{place}", first, last, starts_on=starts_on, ends_on=ends_on)
    settled: list[Window] = []
    for window in sorted(windows, key=lambda window: window.starts_at):
        if settled and window.starts_at <= settled[-1].ends_at:
            before = settled.pop()
            settled.append(Window(before.starts_at, max(before.ends_at, window.ends_at)))
        else:
            settled.append(window)
    return settled


def _check(  # noqa: PLR0913 (the edition's days, as moments and as dates)
    window: Window, pointer: str, first: datetime, last: datetime, *, starts_on: date, ends_on: date
) -> None:
    facts = {"starts_at": window.starts_at.isoformat(" "), "ends_at": window.ends_at.isoformat(" ")}
    if window.ends_at <= window.starts_at:
        raise EndsBeforeItStarts(pointer=f"{pointer}/ends_at", **facts)
    touches = window.starts_at < last and window.ends_at > first
    if not touches or window.starts_at < first - AROUND or window.ends_at > last + AROUND:
        days = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
        raise OutsideTheEdition(pointer=pointer, **facts, **days)
