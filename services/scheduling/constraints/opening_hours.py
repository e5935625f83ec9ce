"""A room is used while it is open, and not while it is blocked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.problem import holds
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.starts import Starts


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for placed in timetable.placed:
        room = placed.room
        closed = bool(room.opening) and not any(
            window.opens <= placed.start and placed.end <= window.closes for window in room.opening
        )
        blocked = any(window.opens < placed.end and placed.start < window.closes for window in room.blocked)
        if closed or blocked:
            facts: dict[str, Fact] = {
                "room": room.id,
                "session": placed.session.id,
                "starts": timetable.problem.wall_time(placed.start),
                "ends": timetable.problem.wall_time(placed.end),
            }
            yield Conflict("opening_hours", facts)


def _narrow(starts: Starts) -> None:
    starts.keep(lambda _, room, start, end: not room.opening or holds(room.opening, start, end))
    starts.keep(lambda _, room, start, end: not any(window.touches(start, end) for window in room.blocked))


OPENING_HOURS = Constraint(
    kind="opening_hours",
    level="hard",
    set_by="venue",
    sentence=gettext_noop("{room} is not open for “{session}” from {starts} to {ends}."),
    check=_check,
    narrow=_narrow,
)
