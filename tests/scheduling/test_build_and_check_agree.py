"""What the solver is told and what the check says are one: any programme that one refuses, the other refuses too."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from services.scheduling.constraints.constraint import Constraint
from services.scheduling.constraints.day_frame import DAY_HOURS
from services.scheduling.constraints.registry import CONSTRAINTS
from services.scheduling.problem import Person, Problem, Relation, RelationKind, Room, SessionKind, Window
from services.scheduling.programme import Placement, Programme, Timetable
from services.scheduling.solving.search import build_model
from tests.scheduling.samples import AMINA, HALL, OPENING, PANEL, SALON, SIGNING, YOUSSEF, a_problem, a_session, at

STEP = 10
DAYS = (Window(at("09:00"), at("12:00")), Window(at("22:00", 1), at("26:00", 1)))  # the second ends after midnight
STARTS = [start for day in DAYS for start in range(day.opens, day.closes, STEP)]
KINDS: list[SessionKind] = ["opening", "panel", "lunch", "meeting", "closing"]
RELATIONS: list[RelationKind] = ["before", "directly_before", "same_day", "same_room", "other_room"]

windows = st.builds(
    lambda opens, minutes: Window(opens, opens + minutes), st.sampled_from(STARTS), st.sampled_from([30, 60, 120])
)
some_windows = st.lists(windows, max_size=2).map(tuple)
people = st.sets(st.sampled_from([AMINA, YOUSSEF])).map(tuple)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw three sessions of all kinds, two rooms and two people, with whatever may be asked of them."""
    rooms = tuple(
        Room(
            id=room,
            capacity=draw(st.sampled_from([None, 50, 100, 300])),
            opening=draw(some_windows),
            blocked=draw(some_windows),
            turnover=draw(st.sampled_from([0, 10, 15])),
            building=draw(st.sampled_from(["Palais", "Université"])),
        )
        for room in (HALL, SALON)
    )
    sessions = tuple(
        a_session(
            session,
            kind=draw(st.sampled_from(KINDS)),
            duration=draw(st.sampled_from([20, 30, 60])),
            plenary=draw(st.booleans()),
            audience=draw(st.sampled_from([None, 30, 80, 200])),
            people=draw(people),
            allowed=draw(some_windows),
        )
        for session in (OPENING, PANEL, SIGNING)
    )
    relations = draw(
        st.lists(
            st.builds(
                Relation,
                kind=st.sampled_from(RELATIONS),
                session=st.sampled_from([OPENING, PANEL]),
                other=st.just(SIGNING),
                binding=st.booleans(),
            ),
            max_size=2,
        )
    )
    present = tuple(Person(id=person, available=draw(some_windows)) for person in (AMINA, YOUSSEF))
    transfer = draw(st.sampled_from([0, 20]))
    return a_problem(
        *sessions, rooms=rooms, days=DAYS, people=present, relations=tuple(relations), transfer=transfer, step=STEP
    )


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Draw a place for each of the three sessions, or none."""
    placed = draw(st.sets(st.sampled_from([OPENING, PANEL, SIGNING])))
    rooms, starts = st.sampled_from([HALL, SALON]), st.sampled_from(STARTS)
    return Programme(tuple(Placement(session, draw(rooms), draw(starts)) for session in sorted(placed)))


hard = [constraint for constraint in CONSTRAINTS if constraint.level == "hard"]
soft = [constraint for constraint in CONSTRAINTS if constraint.level != "hard"]


def kind(constraint: Constraint) -> str:
    return constraint.kind


@pytest.mark.parametrize("constraint", hard, ids=kind)
@settings(max_examples=25, deadline=None)
@given(problem=problems(), programme=programmes())
def test_the_model_allows_what_the_check_passes_and_nothing_else(
    constraint: Constraint, problem: Problem, programme: Programme
) -> None:
    model = build_model(problem, [constraint])
    passes = not list(constraint.check(Timetable(problem, programme)))
    try:
        model.force(programme)
    except KeyError:
        allowed = False
    else:
        allowed = cp_model.CpSolver().solve(model.cp) == cp_model.OPTIMAL
    assert allowed == passes


@pytest.mark.parametrize("constraint", soft, ids=kind)
@settings(max_examples=25, deadline=None)
@given(problem=problems(), programme=programmes())
def test_the_model_charges_what_the_check_counts(
    constraint: Constraint, problem: Problem, programme: Programme
) -> None:
    timetable = Timetable(problem, programme)
    assume(not list(DAY_HOURS.check(timetable)))  # days are what the wishes of a room's day are counted in
    model = build_model(problem, [DAY_HOURS])
    model.force(programme)
    assert constraint.price is not None
    cost = constraint.price(model)
    model.cp.minimize(cost)
    solver = cp_model.CpSolver()
    assert solver.solve(model.cp) == cp_model.OPTIMAL
    assert solver.value(cost) == sum(conflict.cost for conflict in constraint.check(timetable))
