"""What is to be scheduled, as plain values: what the solver is given, and what every constraint is asked about.

All times are minutes of the edition's wall clock since midnight of its first day. So a day may end after midnight,
and no zone enters here: an instant is derived from a wall time, never the reverse.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

Minutes = Annotated[int, Meta(ge=0)]

SessionKind = Literal["opening", "keynote", "panel", "signing", "break", "lunch", "meeting", "closing"]
RelationKind = Literal["before", "directly_before", "same_day", "same_room", "other_room"]

PROGRAMME_PROPER: frozenset[SessionKind] = frozenset({"keynote", "panel", "signing"})
PAUSES: frozenset[SessionKind] = frozenset({"break", "lunch"})


class Window(Struct, frozen=True):
    """From `opens` up to, and without, `closes`."""

    opens: Minutes
    closes: Minutes

    def holds(self, starts: int, ends: int) -> bool:
        return self.opens <= starts and ends <= self.closes

    def touches(self, starts: int, ends: int) -> bool:
        return starts < self.closes and self.opens < ends


class Room(Struct, frozen=True, kw_only=True):
    """A place for one session at a time; without opening windows it is open whenever the day is."""

    id: UUID
    capacity: Annotated[int, Meta(ge=1)] | None = None
    opening: tuple[Window, ...] = ()
    blocked: tuple[Window, ...] = ()
    turnover: Minutes = 0
    building: str = ""


class Person(Struct, frozen=True, kw_only=True):
    """Somebody whom a session needs; without windows always there."""

    id: UUID
    available: tuple[Window, ...] = ()


class Session(Struct, frozen=True, kw_only=True):
    """Anything on the programme. `allowed` are the hours that its organiser leaves it; none is any."""

    id: UUID
    kind: SessionKind
    duration: Annotated[int, Meta(ge=1)]
    plenary: bool = False
    expected_audience: Annotated[int, Meta(ge=1)] | None = None
    people: tuple[UUID, ...] = ()
    allowed: tuple[Window, ...] = ()


class Relation(Struct, frozen=True, kw_only=True):
    """How two sessions stand to each other: `session` is `kind` `other`. Not binding, it is a wish with a price."""

    kind: RelationKind
    session: UUID
    other: UUID
    binding: bool = True


class Problem(Struct, frozen=True, kw_only=True):
    """All that a programme must respect. `days` are in order and apart; `step` is the grid on which sessions start."""

    first_day: date
    days: tuple[Window, ...]
    rooms: tuple[Room, ...]
    sessions: tuple[Session, ...]
    people: tuple[Person, ...] = ()
    relations: tuple[Relation, ...] = ()
    transfer: Minutes = 0
    step: Annotated[int, Meta(ge=1)] = 5

    def day_of(self, minute: int) -> int | None:
        """Give the day in whose frame a session that starts then is shown: 00:30 may still be the evening before."""
        return next((number for number, day in enumerate(self.days) if day.opens <= minute < day.closes), None)

    def wall_time(self, minute: int) -> datetime:
        return datetime.combine(self.first_day, time()) + timedelta(minutes=minute)

    def minute(self, wall_time: datetime) -> int:
        return (wall_time - datetime.combine(self.first_day, time())) // timedelta(minutes=1)


def holds(windows: Iterable[Window], starts: int, ends: int) -> bool:
    """Whether one of the windows holds the whole of it."""
    return any(window.holds(starts, ends) for window in windows)
