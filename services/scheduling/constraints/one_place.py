"""A person is in one place at a time, and needs time to go from one building to another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

    from services.scheduling.solving.model import Model, Variables


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for person, sessions in timetable.by_person.items():
        for earlier, later in combinations(sessions, 2):
            way = timetable.problem.transfer if earlier.room.building != later.room.building else 0
            if later.start < earlier.end + way:
                facts: dict[str, Fact] = {
                    "person": person,
                    "session": earlier.session.id,
                    "ends": timetable.problem.wall_time(earlier.end),
                    "other": later.session.id,
                    "starts": timetable.problem.wall_time(later.start),
                }
                yield Conflict("one_place", facts)


def _build(model: Model) -> None:
    together = set()
    for person in {person: None for variables in model.sessions.values() for person in variables.session.people}:
        theirs = [variables for variables in model.sessions.values() if person in variables.session.people]
        model.cp.add_no_overlap(variables.whole for variables in theirs)
        together |= {(one.session.id, other.session.id) for one, other in combinations(theirs, 2)}
    if model.problem.transfer:
        for one, other in sorted(together):
            _leave_time_to_go(model, model.sessions[one], model.sessions[other])


def _leave_time_to_go(model: Model, one: Variables, other: Variables) -> None:
    one_first = model.cp.new_bool_var("")
    for way in _between_buildings(model, one, other):
        goes, returns = [*way, one_first], [*way, ~one_first]
        model.cp.add(other.start >= one.end + model.problem.transfer).only_enforce_if(*goes)
        model.cp.add(one.start >= other.end + model.problem.transfer).only_enforce_if(*returns)


def _between_buildings(model: Model, one: Variables, other: Variables) -> Iterator[tuple[IntVar, IntVar]]:
    """Yield the literals of each two rooms in different buildings in which the two sessions may be."""
    for room in model.problem.rooms:
        for other_room in model.problem.rooms:
            if room.building != other_room.building:
                yield model.in_room(one.session.id, room.id), model.in_room(other.session.id, other_room.id)


ONE_PLACE = Constraint(
    kind="one_place",
    level="hard",
    set_by="system",
    sentence=gettext_noop("{person} cannot be in “{session}” until {ends} and in “{other}” from {starts}."),
    check=_check,
    build=_build,
)
