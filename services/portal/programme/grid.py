"""Where each session of a draft stands in the drawing of a day: rooms are rows, time runs along the line. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

UNIT = timedelta(minutes=5)
_HOUR = timedelta(hours=1)
_SHORT = timedelta(minutes=35)
_SHORT_PLENARY = timedelta(minutes=50)  # its words stand alone in a tall band
_FIRST_ROW = 2  # below the hours


class Block(Struct, frozen=True, kw_only=True):
    """One session in its place: `at` and `span` in units from the day's beginning; `hot` when it is in conflict."""

    session: Any
    room: Any
    starts_at: datetime
    ends_at: datetime
    at: int
    span: int
    row: int
    rows: int
    hot: bool

    @property
    def slim(self) -> bool:
        """Whether it is too short for words beside each other: they run along it instead."""
        return self.ends_at - self.starts_at <= (_SHORT_PLENARY if self.session["plenary"] else _SHORT)


class Hour(Struct, frozen=True):
    at: int
    span: int
    moment: datetime


class Span(Struct, frozen=True, kw_only=True):
    """A while on a day's line."""

    starts_at: datetime
    ends_at: datetime
    at: int
    span: int


class Presence(Struct, frozen=True):
    """When somebody with limited time can be there on a day; no window: not that day."""

    name: str
    windows: list[Span]


class Day(Struct, frozen=True, kw_only=True):
    """A day of the drawing: also of what ends after midnight."""

    date: str
    opens_at: datetime
    hours: list[Hour]
    blocks: list[Block]
    presences: list[Presence]

    @property
    def span(self) -> int:
        """How long the day's line is, in units."""
        return self.hours[-1].at + self.hours[-1].span if self.hours else 1


def days(draft: Any, rooms: Sequence[Any], sessions: Sequence[Any]) -> list[Day]:
    """Return the days of a draft with their blocks in the order of time."""
    by_id = {each["id"]: each for each in sessions}
    rows = {room["id"]: place for place, room in enumerate(rooms, _FIRST_ROW)}
    names = {room["id"]: room for room in rooms}
    hot = {
        session for conflict in draft["conflicts"] if conflict["level"] == "hard" for session in conflict["session_ids"]
    }
    placed_on = {
        day["date"]: [each for each in draft["placements"] if _day_of(each) == day["date"]] for day in draft["days"]
    }
    first, last = _frame(draft["days"], placed_on)
    drawn = []
    for day in draft["days"]:
        opens_at = _midnight(day) + first
        blocks = [
            _block(each, by_id[each["session_id"]], names, rows, opens_at, hot)
            for each in placed_on[day["date"]]
            if each["session_id"] in by_id and each["room_id"] in rows
        ]
        drawn.append(
            Day(
                date=day["date"],
                opens_at=opens_at,
                hours=_hours(opens_at, last - first),
                blocks=sorted(blocks, key=lambda block: (block.starts_at, block.row)),
                presences=_presences(sessions, opens_at, _midnight(day) + last),
            )
        )
    return drawn


def _day_of(placed: Any) -> str:
    """Return on which day something is drawn: its programme day, or the date of what lies outside of every day."""
    return str(placed["day"] or placed["starts_at"][:10])


def _presences(sessions: Sequence[Any], opens_at: datetime, closes_at: datetime) -> list[Presence]:
    """Return the speakers whose time is limited on a day, in the order of their names."""
    speakers = {each["person_id"]: each for session in sessions for each in session["speakers"] if each["availability"]}
    found = []
    for speaker in sorted(speakers.values(), key=lambda each: str(each["name"])):
        windows = [_clipped(window, opens_at, closes_at) for window in speaker["availability"]]
        there = [window for window in windows if window.span > 0]
        if not any(window.starts_at == opens_at and window.ends_at == closes_at for window in there):
            found.append(Presence(speaker["name"], there))
    return found


def _clipped(window: Any, opens_at: datetime, closes_at: datetime) -> Span:
    starts_at = max(datetime.fromisoformat(window["starts_at"]), opens_at)
    ends_at = min(datetime.fromisoformat(window["ends_at"]), closes_at)
    return Span(
        starts_at=starts_at, ends_at=ends_at, at=(starts_at - opens_at) // UNIT, span=(ends_at - starts_at) // UNIT
    )


def _frame(days_of_draft: Sequence[Any], placed_on: Mapping[str, Sequence[Any]]) -> tuple[timedelta, timedelta]:
    """Return from when until when, counted from midnight, every day is drawn: the same, so that they compare.

    All of empty days, else what is used, and an hour more as long as a day is open; also what is placed outside of it.
    """
    opens = [datetime.fromisoformat(day["opens_at"]) - _midnight(day) for day in days_of_draft]
    closes = [datetime.fromisoformat(day["closes_at"]) - _midnight(day) for day in days_of_draft]
    placed = [(_midnight(day), each) for day in days_of_draft for each in placed_on[day["date"]]]
    if placed:
        starts = [datetime.fromisoformat(each["starts_at"]) - midnight for midnight, each in placed]
        ends = [datetime.fromisoformat(each["ends_at"]) - midnight for midnight, each in placed]
        opens, closes = starts, [*ends, min(max(ends) + _HOUR, max(closes))]
    return min(opens) // _HOUR * _HOUR, -(-max(closes) // _HOUR) * _HOUR


def _midnight(day: Any) -> datetime:
    """Return the day's midnight with the offset of its opening."""
    return datetime.combine(date.fromisoformat(day["date"]), time(), datetime.fromisoformat(day["opens_at"]).tzinfo)


def _hours(opens_at: datetime, length: timedelta) -> list[Hour]:
    return [
        Hour(number * (_HOUR // UNIT), _HOUR // UNIT, opens_at + number * _HOUR) for number in range(length // _HOUR)
    ]


def _block(  # noqa: PLR0913, PLR0917 (what one block is drawn from)
    placed: Any, session: Any, names: dict[str, Any], rows: dict[str, int], opens_at: datetime, hot: set[str]
) -> Block:
    starts_at, ends_at = (datetime.fromisoformat(placed[name]) for name in ("starts_at", "ends_at"))
    return Block(
        session=session,
        room=names[placed["room_id"]],
        starts_at=starts_at,
        ends_at=ends_at,
        at=(starts_at - opens_at) // UNIT,
        span=max(1, (ends_at - starts_at) // UNIT),
        row=_FIRST_ROW if session["plenary"] else rows[placed["room_id"]],
        rows=len(rows) if session["plenary"] else 1,
        hot=session["id"] in hot,
    )
