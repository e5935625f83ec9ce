"""A room has a seat for everybody who is expected, and not many more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.problem import Room, Session
from services.scheduling.programme import Placed, Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.model import Cost, Model
    from services.scheduling.solving.starts import Starts

_AMPLE = 2  # so many seats for each person expected are no waste
_BLOCK = 10  # seats: what one unit of waste is


def _check_seats(timetable: Timetable) -> Iterator[Conflict]:
    for placed in timetable.placed:
        audience, capacity = placed.session.expected_audience, placed.room.capacity
        if audience and capacity and capacity < audience:
            yield Conflict("seats", _facts(placed, audience, capacity))


def _narrow_seats(starts: Starts) -> None:
    starts.keep_in_rooms(
        lambda session, room: (room.capacity or 0) >= (session.expected_audience or 0) or room.capacity is None
    )


def _check_waste(timetable: Timetable) -> Iterator[Conflict]:
    for placed in timetable.placed:
        audience, capacity = placed.session.expected_audience, placed.room.capacity
        if audience and capacity and capacity >= _AMPLE * audience + _BLOCK:
            cost = (capacity - _AMPLE * audience) // _BLOCK
            yield Conflict("waste", _facts(placed, audience, capacity), cost)


def _price_waste(model: Model) -> Cost:
    return sum(
        _waste(variables.session, room) * model.in_room(session, room.id)
        for session, variables in model.sessions.items()
        for room in model.problem.rooms
    )


def _waste(session: Session, room: Room) -> int:
    if session.expected_audience is None or room.capacity is None:
        return 0
    return max(0, room.capacity - _AMPLE * session.expected_audience) // _BLOCK


def _facts(placed: Placed, audience: int, capacity: int) -> dict[str, Fact]:
    return {"session": placed.session.id, "audience": audience, "room": placed.room.id, "seats": capacity}


SEATS = Constraint(
    kind="seats",
    level="hard",
    set_by="venue",
    sentence=gettext_noop("“{session}” expects {audience} people; {room} has {seats} seats."),
    check=_check_seats,
    narrow=_narrow_seats,
)
WASTE = Constraint(
    kind="waste",
    level="quality",
    set_by="venue",
    weight=5,
    sentence=gettext_noop("“{session}” expects only {audience} people; {room} has {seats} seats."),
    check=_check_waste,
    price=_price_waste,
)
