"""A room's opening hours as a form has them: two whiles a day, each from–until. Pure.

Until earlier than from means after midnight.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

WHILES = 2  # a day has a morning and an afternoon


class While(Struct, frozen=True, kw_only=True):
    """One from–until of a day, under the name that its fields begin with."""

    name: str
    day: date
    opens: str = ""
    closes: str = ""


def days_of(edition: Any) -> list[date]:
    first, last = (date.fromisoformat(edition[name]) for name in ("starts_on", "ends_on"))
    return [first + timedelta(days=day) for day in range((last - first).days + 1)]


def known_hours(opening: Iterable[Any], days: Sequence[date]) -> list[While]:
    """Return a room's hours as the form shows them, with empty fields for what a day has less."""
    shown = []
    for day in days:
        there = [
            (datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"]))
            for each in opening
            if each["starts_at"].startswith(day.isoformat())
        ]
        for place in range(max(WHILES, len(there))):
            opens, closes = (f"{each:%H:%M}" for each in there[place]) if place < len(there) else ("", "")
            shown.append(While(name=f"open.{day}.{place}", day=day, opens=opens, closes=closes))
    return shown


def typed_hours(value: Callable[[str], str], names: Iterable[str]) -> list[While]:
    """Return what was typed, in the order of days; fields that were left empty say nothing."""
    typed = []
    for name in sorted({each.rpartition(".")[0] for each in names if each.startswith("open.")}):
        opens, closes = value(f"{name}.from"), value(f"{name}.until")
        if opens or closes:
            day = date.fromisoformat(name.split(".")[1])
            typed.append(While(name=name, day=day, opens=opens, closes=closes))
    return typed


def windows(typed: Sequence[While]) -> list[dict[str, str]]:
    """Return the hours as wall times."""
    return [
        {
            "starts_at": f"{each.day}T{each.opens}:00",
            "ends_at": f"{each.day + timedelta(days=int(each.closes <= each.opens))}T{each.closes}:00",
        }
        for each in typed
    ]


def field_names(typed: Sequence[While]) -> dict[str, str]:
    """Return where a refusal's pointers into the hours lie in the form."""
    return {f"/opening/{place}": f"/{each.name}" for place, each in enumerate(typed)}
