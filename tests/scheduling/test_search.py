"""The search finds valid programmes, the same ones each time, and names what has no place."""

from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings

from services.scheduling.constraints.constraint import Constraint
from services.scheduling.constraints.registry import BY_KIND, check, hard, score
from services.scheduling.problem import Problem, Room
from services.scheduling.programme import Programme
from services.scheduling.solving import search
from services.scheduling.solving.lines import Improvement, Outcome
from services.scheduling.solving.search import ProgrammeRefused, Search
from tests.scheduling.samples import (
    HALL,
    LUNCH,
    OPENING,
    PANEL,
    SIGNING,
    a_problem,
    a_session,
    at,
    two_days_of_sixty_sessions,
    window,
)
from tests.scheduling.test_build_and_check_agree import problems


def solve(problem: Problem, effort: float = 0.5) -> tuple[list[Improvement], Outcome]:
    found: list[Improvement] = []
    return found, Search(problem, effort, found.append).run()


@settings(max_examples=15, deadline=None)
@given(problem=problems())
def test_what_is_found_breaks_nothing_hard_and_gets_better_each_time(problem: Problem) -> None:
    found, outcome = solve(problem)
    scores = [tuple(improvement.score.values()) for improvement in found]
    assert scores == sorted(set(scores), reverse=True)
    for improvement in found:
        conflicts = check(problem, improvement.programme)
        assert not hard(conflicts)
        assert score(conflicts) == improvement.score
    best = found[-1].programme if found else Programme()
    placed = {placement.session for placement in best.placements}
    assert {session.id for session in problem.sessions} - placed == set(outcome.unplaced)
    assert outcome.status == "optimal"


def test_a_session_that_no_room_seats_is_named_and_the_others_are_placed() -> None:
    problem = a_problem(a_session(PANEL, audience=900), a_session(SIGNING), rooms=(Room(id=HALL, capacity=100),))
    found, outcome = solve(problem)
    assert (outcome.status, outcome.unplaced) == ("optimal", (PANEL,))
    assert [placement.session for placement in found[-1].programme.placements] == [SIGNING]


def test_where_not_all_has_room_the_plenary_is_kept() -> None:
    problem = a_problem(
        *(a_session(UUID(int=n)) for n in range(20, 24)),
        a_session(OPENING, kind="opening", plenary=True),
        rooms=(Room(id=HALL),),
        days=(window("09:00", "11:00"),),
    )
    _, outcome = solve(problem)
    assert OPENING not in outcome.unplaced
    assert outcome.score["placed"] == 3


def test_a_session_over_midnight_is_placed_in_its_own_day() -> None:
    """E22: a gala of two hours from 23:30, in a room that is open until 02:00, on the last day."""
    gala = a_session(LUNCH, kind="meeting", duration=120, allowed=(window("23:30", "25:30", 1),))
    room = Room(id=HALL, opening=(window("09:00", "26:00", 1),))
    days = (window("09:00", "18:00"), window("09:00", "26:00", 1))
    found, outcome = solve(a_problem(gala, rooms=(room,), days=days))
    [placement] = found[-1].programme.placements
    assert (placement.start, outcome.unplaced) == (at("23:30", 1), ())


def test_the_same_problem_gives_the_same_programmes() -> None:
    chance = Random(7)  # noqa: S311 (the same problem each time)
    sessions = [
        a_session(UUID(int=20 + n), duration=chance.choice((30, 45)), audience=chance.choice((40, 90)))
        for n in range(12)
    ]
    problem = a_problem(*sessions, rooms=(Room(id=HALL, capacity=200), Room(id=PANEL, capacity=100)))
    assert solve(problem, 0.2) == solve(problem, 0.2)


def test_a_stopped_search_ends_and_says_so() -> None:
    stopped = Search(two_days_of_sixty_sessions(), 1, lambda _: stopped.stop())
    outcome = stopped.run()
    assert outcome.status == "stopped"
    assert outcome.unplaced


def test_a_programme_that_the_check_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model forgets that a room holds one session at a time; the check does not."""
    told: list[Constraint] = [constraint for constraint in BY_KIND.values() if constraint.kind != "turnover"]
    monkeypatch.setattr(search.build_model, "__defaults__", (told,))
    problem = a_problem(
        *(a_session(UUID(int=n)) for n in (20, 21)), rooms=(Room(id=HALL),), days=(window("9:00", "10:00"),)
    )
    with pytest.raises(ProgrammeRefused, match="turnover"):
        solve(problem)
