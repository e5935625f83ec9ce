"""Hours as people give them: windows in the edition's wall time, and in an edition's minutes for the solver."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import convert, to_builtins

from libs.contracts.events import Window as Hours
from libs.errors import Invalid
from libs.zones import local, meant
from services.scheduling.problem import Window

_NIGHT = timedelta(days=1, hours=6)  # the last day may end after midnight

Stored = list[dict[str, Any]]


class HoursEndBeforeTheyStart(Invalid):
    detail = "These hours end at {ends_at}, not after their start at {starts_at}."
    remedy = "Put the end after the start."


class HoursOutsideTheEdition(Invalid):
    detail = "The hours from {starts_at} to {ends_at} are not on the edition's days, {starts_on} to {ends_on}."
    remedy = "Give hours on these days; the last may end after midnight."


def settle(windows: Sequence[Hours], *, zone: str, days: tuple[date, date], pointer: str) -> Stored:
    """Return the windows as they are kept: wall times, in order; raise the reason for the first that is wrong."""
    settled = []
    for place, given in enumerate(windows):
        at = f"{pointer}/{place}"
        hours = Hours(
            meant(given.starts_at, zone, pointer=f"{at}/starts_at"), meant(given.ends_at, zone, pointer=f"{at}/ends_at")
        )
        _check(hours, days, at)
        settled.append(hours)
    ordered: Stored = to_builtins(sorted(settled, key=lambda hours: hours.starts_at))
    return ordered


def _check(hours: Hours, days: tuple[date, date], pointer: str) -> None:
    facts = {"starts_at": hours.starts_at.isoformat(" "), "ends_at": hours.ends_at.isoformat(" ")}
    if hours.ends_at <= hours.starts_at:
        raise HoursEndBeforeTheyStart(pointer=f"{pointer}/ends_at", **facts)
    first, last = (datetime.combine(day, time()) for day in days)
    if hours.starts_at < first or hours.ends_at > last + _NIGHT:
        spans = {"starts_on": days[0].isoformat(), "ends_on": days[1].isoformat()}
        raise HoursOutsideTheEdition(pointer=pointer, **facts, **spans)


def outwards(stored: Stored, zone: str) -> list[Hours]:
    """Return kept windows as they are shown: each time with the offset that the zone has then."""
    return [Hours(local(hours.starts_at, zone), local(hours.ends_at, zone)) for hours in convert(stored, list[Hours])]


def in_minutes(stored: Stored, first_day: date) -> tuple[Window, ...]:
    """Return kept windows in minutes since midnight of the edition's first day; what lies before counts as nought."""
    midnight = datetime.combine(first_day, time())
    return tuple(
        Window(_minutes(hours.starts_at - midnight), _minutes(hours.ends_at - midnight))
        for hours in convert(stored, list[Hours])
    )


def _minutes(since: timedelta) -> int:
    return max(0, since // timedelta(minutes=1))


def common(windows: Iterable[tuple[Window, ...]]) -> tuple[Window, ...]:
    """Return when all of several can: the times that each one's windows have in common; no windows are no bound."""
    shared: tuple[Window, ...] = ()
    for theirs in windows:
        if shared and theirs:
            met = [Window(max(a.opens, b.opens), min(a.closes, b.closes)) for a in shared for b in theirs]
            shared = tuple(window for window in met if window.opens < window.closes) or (Window(0, 0),)
        else:
            shared = shared or theirs
    return shared
