"""How two sessions stand to each other: one before the other, on the same day, in the same room or in another.

Each relation is binding or a wish, as the organiser chooses it: two entries that check and build alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint
from services.scheduling.problem import Problem, RelationKind
from services.scheduling.programme import Placed, Timetable

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

    from services.scheduling.solving.model import Cost, Model, Variables

_WISH = 10


def _is_before(_: Problem, session: Placed, other: Placed) -> bool:
    return session.end <= other.start


def _is_directly_before(problem: Problem, session: Placed, other: Placed) -> bool:
    """No start on the grid is left between them, once the room of the second is made ready."""
    return 0 <= other.start - session.end < other.room.turnover + problem.step


def _is_same_day(_: Problem, session: Placed, other: Placed) -> bool:
    return session.day == other.day


def _is_same_room(_: Problem, session: Placed, other: Placed) -> bool:
    return session.room.id == other.room.id


def _is_other_room(_: Problem, session: Placed, other: Placed) -> bool:
    return session.room.id != other.room.id


def _put_before(model: Model, session: Variables, other: Variables, *given: IntVar) -> None:
    model.cp.add(session.end <= other.start).only_enforce_if(*given)


def _put_directly_before(model: Model, session: Variables, other: Variables, *given: IntVar) -> None:
    _put_before(model, session, other, *given)
    for room in model.problem.rooms:
        last = session.end + room.turnover + model.problem.step - 1
        model.cp.add(other.start <= last).only_enforce_if(*given, model.in_room(other.session.id, room.id))


def _put_same_day(model: Model, session: Variables, other: Variables, *given: IntVar) -> None:
    for day in range(len(model.problem.days)):
        one, two = (model.on_day(variables.session.id, day) for variables in (session, other))
        model.cp.add(one == two).only_enforce_if(*given)


def _put_same_room(model: Model, session: Variables, other: Variables, *given: IntVar) -> None:
    for room in model.problem.rooms:
        one, two = (model.in_room(variables.session.id, room.id) for variables in (session, other))
        model.cp.add(one == two).only_enforce_if(*given)


def _put_other_room(model: Model, session: Variables, other: Variables, *given: IntVar) -> None:
    for room in model.problem.rooms:
        one, two = (model.in_room(variables.session.id, room.id) for variables in (session, other))
        model.cp.add(one + two <= 1).only_enforce_if(*given)


def _binding(
    relation: RelationKind,
    sentence: str,
    holds: Callable[[Problem, Placed, Placed], bool],
    put: Callable[..., None],
) -> Constraint:
    def build(model: Model) -> None:
        for session, other in _asked(model, relation, binding=True):
            put(model, session, other, session.present, other.present)

    return Constraint(
        kind=relation,
        level="hard",
        set_by="programme",
        sentence=sentence,
        check=_checker(relation, relation, holds, binding=True),
        build=build,
    )


def _wished(
    relation: RelationKind,
    sentence: str,
    holds: Callable[[Problem, Placed, Placed], bool],
    put: Callable[..., None],
) -> Constraint:
    def price(model: Model) -> Cost:
        broken: Cost = 0
        for session, other in _asked(model, relation, binding=False):
            kept = model.cp.new_bool_var("")
            put(model, session, other, session.present, other.present, kept)
            broken += 1 - kept
        return broken

    kind = f"{relation}_wished"
    return Constraint(
        kind=kind,
        level="people",
        set_by="programme",
        weight=_WISH,
        sentence=sentence,
        check=_checker(kind, relation, holds, binding=False),
        price=price,
    )


def _checker(
    kind: str, relation: RelationKind, holds: Callable[[Problem, Placed, Placed], bool], *, binding: bool
) -> Callable[[Timetable], Iterator[Conflict]]:
    def check(timetable: Timetable) -> Iterator[Conflict]:
        for asked, session, other in timetable.related():
            if (asked.kind, asked.binding) == (relation, binding) and not holds(timetable.problem, session, other):
                yield Conflict(kind, {"session": session.session.id, "other": other.session.id})

    return check


def _asked(model: Model, kind: RelationKind, *, binding: bool) -> Iterator[tuple[Variables, Variables]]:
    for relation in model.problem.relations:
        if (relation.kind, relation.binding) == (kind, binding):
            yield model.sessions[relation.session], model.sessions[relation.other]


ORDER = (
    _binding("before", gettext_noop("“{session}” must come before “{other}”."), _is_before, _put_before),
    _wished("before", gettext_noop("“{session}” should come before “{other}”."), _is_before, _put_before),
    _binding(
        "directly_before",
        gettext_noop("“{other}” must follow “{session}” directly."),
        _is_directly_before,
        _put_directly_before,
    ),
    _wished(
        "directly_before",
        gettext_noop("“{other}” should follow “{session}” directly."),
        _is_directly_before,
        _put_directly_before,
    ),
    _binding(
        "same_day", gettext_noop("“{session}” and “{other}” must be on the same day."), _is_same_day, _put_same_day
    ),
    _wished(
        "same_day", gettext_noop("“{session}” and “{other}” should be on the same day."), _is_same_day, _put_same_day
    ),
    _binding(
        "same_room", gettext_noop("“{session}” and “{other}” must be in the same room."), _is_same_room, _put_same_room
    ),
    _wished(
        "same_room",
        gettext_noop("“{session}” and “{other}” should be in the same room."),
        _is_same_room,
        _put_same_room,
    ),
    _binding(
        "other_room",
        gettext_noop("“{session}” and “{other}” must be in different rooms."),
        _is_other_room,
        _put_other_room,
    ),
    _wished(
        "other_room",
        gettext_noop("“{session}” and “{other}” should be in different rooms."),
        _is_other_room,
        _put_other_room,
    ),
)
