"""When a speaker can be there, as the form asks it: a few windows on each of the edition's days. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

A_DAY = 2  # windows that a day's form offers
_FIRST, _LAST, _STEP = time(7), time(23, 30), timedelta(minutes=30)


class Window(Struct, frozen=True):
    """From–to as they stand in the form: `09:00`, or empty."""

    starts: str = ""
    ends: str = ""


class DayOfWindows(Struct, frozen=True):
    day: date
    windows: tuple[Window, ...]


def times() -> list[str]:
    """Return the times that can be chosen, every half an hour."""
    moment, found = datetime.combine(date.min, _FIRST), []
    while moment.time() <= _LAST and moment.date() == date.min:
        found.append(f"{moment:%H:%M}")
        moment += _STEP
    return found


def days_of(starts_on: date, ends_on: date) -> list[date]:
    return [starts_on + timedelta(days=number) for number in range((ends_on - starts_on).days + 1)]


def known(days: Sequence[date], availability: Sequence[Any]) -> list[DayOfWindows]:
    """Return each day with the windows that are known of it, and room for more."""
    spans = [
        (datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"])) for each in availability
    ]
    filled = []
    for day in days:
        windows = [Window(f"{start:%H:%M}", f"{end:%H:%M}") for start, end in spans if start.date() == day]
        filled.append(DayOfWindows(day, (*windows, *[Window()] * max(0, A_DAY - len(windows)))))
    return filled


def typed(days: Sequence[date], starts: Sequence[str], ends: Sequence[str]) -> list[DayOfWindows]:
    """Return the same from the form's fields, which come day after day."""
    pairs = [Window(start, end) for start, end in zip(starts, ends, strict=False)]
    size = len(pairs) // len(days) if days else 0
    return [DayOfWindows(day, tuple(pairs[place * size : (place + 1) * size])) for place, day in enumerate(days)]


def availability(filled: Sequence[DayOfWindows]) -> list[dict[str, str]]:
    """Return what is sent on: the windows of which anything was chosen, in the edition's wall time.

    One that was half filled in goes along as an empty span, so that the answer says what is wrong with it.
    """
    return [
        {
            "starts_at": f"{each.day}T{window.starts or window.ends}:00",
            "ends_at": f"{each.day}T{window.ends or window.starts}:00",
        }
        for each in filled
        for window in each.windows
        if window.starts or window.ends
    ]
