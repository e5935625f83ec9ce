"""Where each session of a draft stands in the drawing of a day: rooms are rows, time runs along the line. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

UNIT = timedelta(minutes=5)
_HOUR = timedelta(hours=1)
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


class Hour(Struct, frozen=True):
    at: int
    span: int
    moment: datetime


class Day(Struct, frozen=True, kw_only=True):
    """A day of the drawing: also of what ends after midnight."""

    date: str
    opens_at: datetime
    hours: list[Hour]
    blocks: list[Block]

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
    drawn = []
    for day in draft["days"]:
        placed = [each for each in draft["placements"] if each["day"] == day["date"]]
        opens_at, closes_at = _frame(day, placed)
        blocks = [
            _block(each, by_id[each["session_id"]], names, rows, opens_at, hot)
            for each in placed
            if each["session_id"] in by_id and each["room_id"] in rows
        ]
        drawn.append(
            Day(
                date=day["date"],
                opens_at=opens_at,
                hours=_hours(opens_at, closes_at),
                blocks=sorted(blocks, key=lambda block: (block.starts_at, block.row)),
            )
        )
    return drawn


def _frame(day: Any, placed: Sequence[Any]) -> tuple[datetime, datetime]:
    """Return the whole hours between which the day is drawn: its own, and those of what is placed outside of them."""
    first = min(
        [datetime.fromisoformat(day["opens_at"]), *(datetime.fromisoformat(each["starts_at"]) for each in placed)]
    )
    last = max(
        [datetime.fromisoformat(day["closes_at"]), *(datetime.fromisoformat(each["ends_at"]) for each in placed)]
    )
    return first.replace(minute=0), last


def _hours(opens_at: datetime, closes_at: datetime) -> list[Hour]:
    hours = []
    moment = opens_at
    while moment < closes_at:
        span = min(_HOUR, closes_at - moment)
        hours.append(Hour((moment - opens_at) // UNIT, max(1, span // UNIT), moment))
        moment += _HOUR
    return hours


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
