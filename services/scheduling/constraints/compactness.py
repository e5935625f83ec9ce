"""A room is used from its opening on, without holes: a light wish, after all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.problem import Room
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.model import Cost, Model


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for sessions in timetable.by_room.values():
        room = sessions[0].room
        for day, frame in enumerate(timetable.problem.days):
            of_day = [placed for placed in sessions if placed.day == day]
            used = sum(placed.end - placed.start for placed in of_day) + room.turnover * (len(of_day) - 1)
            empty = max((placed.end for placed in of_day), default=0) - frame.opens - used
            if of_day and empty > 0:
                opens = timetable.problem.wall_time(frame.opens)
                facts: dict[str, Fact] = {"room": room.id, "minutes": empty, "opens": opens}
                yield Conflict("compactness", facts, empty)


def _price(model: Model) -> Cost:
    return sum(
        _empty_minutes(model, room, day) for room in model.problem.rooms for day in range(len(model.problem.days))
    )


def _empty_minutes(model: Model, room: Room, day: int) -> Cost:
    """Make a variable that is at least what stays empty: bounded from below only, it costs the search little."""
    frame = model.problem.days[day]
    last = model.cp.new_int_var(frame.opens - room.turnover, frame.closes, "")
    empty = model.cp.new_int_var(0, frame.closes - frame.opens, "")
    used: Cost = 0
    for variables in model.sessions.values():
        if (room.id, day) in variables.at:
            here = variables.at[room.id, day]
            model.cp.add(last >= variables.end).only_enforce_if(here)
            used += (variables.session.duration + room.turnover) * here
    model.cp.add(empty >= last - frame.opens - used + room.turnover)
    return empty


COMPACTNESS = Constraint(
    kind="compactness",
    level="quality",
    set_by="organiser",
    sentence=gettext_noop("{room} stands empty for {minutes} minutes between {opens} and its last session."),
    check=_check,
    price=_price,
)
