"""Each constraint, checked: what a programme may not be, in the words that the organiser reads."""

import pytest

from libs.i18n.catalogues import translator
from services.scheduling.constraints.registry import BY_KIND, CONSTRAINTS, check, score
from services.scheduling.constraints.sentences import sentence
from services.scheduling.problem import Person, Relation, RelationKind, Room
from services.scheduling.programme import Placement, Programme
from tests.scheduling.samples import (
    AMINA,
    CLOSING,
    HALL,
    LUNCH,
    NAMES,
    OPENING,
    PANEL,
    SALON,
    SIGNING,
    a_problem,
    a_session,
    put,
    told,
    window,
)

pytestmark = pytest.mark.unit

TWO_SESSIONS = (a_session(PANEL), a_session(SIGNING, kind="signing"))
TWO_OF_AMINA = (a_session(PANEL, people=(AMINA,)), a_session(SIGNING, people=(AMINA,)))


def test_a_session_without_a_place_is_named() -> None:
    assert told(a_problem(*TWO_SESSIONS), [put(PANEL, "10:00")], "placed") == ["“Conventions” has no place yet."]


def test_a_room_holds_one_session_at_a_time_and_is_made_ready_in_between() -> None:
    problem = a_problem(*TWO_SESSIONS, rooms=(Room(id=HALL, turnover=15), Room(id=SALON)))
    assert told(problem, [put(PANEL, "10:00"), put(SIGNING, "11:00")], "turnover") == [
        (
            "“Conventions” starts at Tue 11:00 in Grand Hall,"
            " which “Made in Morocco” and its turnover take until Tue 11:15."
        )
    ]
    assert not told(problem, [put(PANEL, "10:00"), put(SIGNING, "11:15")], "turnover")
    assert not told(problem, [put(PANEL, "10:00"), put(SIGNING, "10:00", SALON)], "turnover")


def test_a_room_is_used_while_it_is_open_and_not_blocked() -> None:
    room = Room(id=HALL, opening=(window("09:00", "12:00"),), blocked=(window("10:00", "10:30"),))
    problem = a_problem(a_session(), rooms=(room,))
    assert told(problem, [put(PANEL, "11:15")], "opening_hours") == [
        "Grand Hall is not open for “Made in Morocco” from Tue 11:15 to Tue 12:15."
    ]
    assert told(problem, [put(PANEL, "10:15")], "opening_hours") == [
        "Grand Hall is not open for “Made in Morocco” from Tue 10:15 to Tue 11:15."
    ]
    assert not told(problem, [put(PANEL, "09:00")], "opening_hours")


def test_a_session_over_midnight_is_in_one_programme_day() -> None:
    """E22: a gala from 23:30 to 01:30 on the last day, in a room that is open until 02:00."""
    problem = a_problem(
        a_session(PANEL, kind="meeting", duration=120),
        rooms=(Room(id=HALL, opening=(window("18:00", "26:00", 1),)),),
        days=(window("09:00", "18:00"), window("09:00", "26:00", 1)),
    )
    programme = Programme((put(PANEL, "23:30", day=1),))
    assert score(check(problem, programme))["placed"] == 0
    assert not told(problem, programme.placements, "opening_hours", "day_hours", "placed")
    assert problem.day_of(programme.placements[0].start) == 1
    assert told(problem, [put(PANEL, "24:15", day=1)], "opening_hours", "day_hours") == [
        "“Made in Morocco”, from Thu 00:15 to Thu 02:15, is outside the hours of the day.",
        "Grand Hall is not open for “Made in Morocco” from Thu 00:15 to Thu 02:15.",
    ]


def test_a_room_seats_all_who_are_expected() -> None:
    rooms = (Room(id=HALL, capacity=500), Room(id=SALON, capacity=100))
    problem = a_problem(a_session(audience=150), rooms=rooms)
    assert told(problem, [put(PANEL, "10:00", SALON)], "seats") == [
        "“Made in Morocco” expects 150 people; Salon has 100 seats."
    ]
    assert not told(problem, [put(PANEL, "10:00")], "seats")


def test_a_room_much_too_large_is_a_waste_with_a_price() -> None:
    problem = a_problem(a_session(audience=100), rooms=(Room(id=HALL, capacity=500),))
    [conflict] = [c for c in check(problem, Programme((put(PANEL, "09:00"),))) if c.kind == "waste"]
    assert told(problem, [put(PANEL, "09:00")], "waste") == [
        "“Made in Morocco” expects only 100 people; Grand Hall has 500 seats."
    ]
    assert (conflict.cost, BY_KIND["waste"].level) == (30, "quality")


def test_a_session_lies_within_the_hours_of_a_day() -> None:
    problem = a_problem(a_session())
    for clock in ("08:00", "17:15", "20:00"):
        assert len(told(problem, [put(PANEL, clock)], "day_hours")) == 1
    assert not told(problem, [put(PANEL, "17:00")], "day_hours")


def test_the_opening_opens_and_the_closing_closes() -> None:
    problem = a_problem(
        a_session(OPENING, kind="opening"), a_session(CLOSING, kind="closing"), a_session(PANEL), a_session(SIGNING)
    )
    placements = [
        put(OPENING, "10:00"),
        put(PANEL, "10:30", SALON),
        put(CLOSING, "12:00"),
        put(SIGNING, "11:30", SALON),
    ]
    assert told(problem, placements, "opening_first", "closing_last") == [
        "“Made in Morocco” begins before “Opening” has opened the day.",
        "“Conventions” is not over when “Closing” closes the day.",
    ]


def test_of_several_openings_each_opens_its_own_day() -> None:
    problem = a_problem(a_session(OPENING, kind="opening"), a_session(CLOSING, kind="opening"), a_session(PANEL))
    placements = [put(OPENING, "09:00"), put(PANEL, "10:00"), put(CLOSING, "09:00", day=1)]
    assert not told(problem, placements, "opening_first")


def test_a_pause_is_common_to_all_but_meetings() -> None:
    problem = a_problem(a_session(LUNCH, kind="lunch"), a_session(PANEL), a_session(SIGNING, kind="meeting"))
    placements = [put(LUNCH, "12:00"), put(PANEL, "12:30", SALON), put(SIGNING, "12:00", SALON)]
    assert told(problem, placements, "common_pauses") == [
        "“Made in Morocco” runs through “Lunch”, a pause common to all."
    ]


def test_nothing_runs_beside_a_plenary() -> None:
    problem = a_problem(a_session(OPENING, plenary=True), a_session(PANEL), a_session(SIGNING))
    placements = [put(OPENING, "10:00"), put(PANEL, "10:45", SALON), put(SIGNING, "11:45", SALON)]
    assert told(problem, placements, "plenary") == ["“Made in Morocco” runs beside the plenary “Opening”."]


def test_a_person_is_in_one_place_at_a_time() -> None:
    problem = a_problem(*TWO_OF_AMINA)
    placements = [put(PANEL, "10:00"), put(SIGNING, "10:30", SALON)]
    assert told(problem, placements, "one_place") == [
        "Amina cannot be in “Made in Morocco” until Tue 11:00 and in “Conventions” from Tue 10:30."
    ]


def test_a_person_has_time_to_go_to_another_building() -> None:
    rooms = (Room(id=HALL, building="Palais"), Room(id=SALON, building="Université"))
    problem = a_problem(*TWO_OF_AMINA, rooms=rooms, transfer=30)
    assert told(problem, [put(PANEL, "10:00"), put(SIGNING, "11:15", SALON)], "one_place") == [
        "Amina cannot be in “Made in Morocco” until Tue 11:00 and in “Conventions” from Tue 11:15."
    ]
    assert not told(problem, [put(PANEL, "10:00"), put(SIGNING, "11:30", SALON)], "one_place")
    assert not told(problem, [put(PANEL, "10:00"), put(SIGNING, "11:00")], "one_place")


def test_a_session_is_held_while_its_people_are_there() -> None:
    amina = Person(id=AMINA, available=(window("09:00", "10:30"), window("14:00", "18:00")))
    problem = a_problem(a_session(people=(AMINA,)), people=(amina,))
    assert told(problem, [put(PANEL, "10:00")], "availability") == [
        "Amina cannot be there for “Made in Morocco” from Tue 10:00 to Tue 11:00."
    ]
    assert not told(problem, [put(PANEL, "14:00")], "availability")


def test_a_session_keeps_to_its_allowed_hours() -> None:
    problem = a_problem(a_session(LUNCH, kind="lunch", allowed=(window("12:00", "14:00"),)))
    assert told(problem, [put(LUNCH, "13:30")], "allowed_hours") == [
        "“Lunch”, from Tue 13:30 to Tue 14:30, is outside the hours that it may have."
    ]


@pytest.mark.parametrize(
    ("kind", "good", "bad", "words"),
    [
        ("before", put(SIGNING, "11:00"), put(SIGNING, "10:45"), "“Made in Morocco” must come before “Conventions”."),
        (
            "directly_before",
            put(SIGNING, "11:15"),
            put(SIGNING, "11:30"),
            "“Conventions” must follow “Made in Morocco” directly.",
        ),
        (
            "same_day",
            put(SIGNING, "09:00"),
            put(SIGNING, "09:00", day=1),
            "“Made in Morocco” and “Conventions” must be on the same day.",
        ),
        (
            "same_room",
            put(SIGNING, "12:00"),
            put(SIGNING, "12:00", SALON),
            "“Made in Morocco” and “Conventions” must be in the same room.",
        ),
        (
            "other_room",
            put(SIGNING, "12:00", SALON),
            put(SIGNING, "12:00"),
            "“Made in Morocco” and “Conventions” must be in different rooms.",
        ),
    ],
)
def test_two_sessions_stand_to_each_other_as_they_must(
    kind: RelationKind, good: Placement, bad: Placement, words: str
) -> None:
    rooms = (Room(id=HALL, turnover=15), Room(id=SALON))
    relation = Relation(kind=kind, session=PANEL, other=SIGNING)
    problem = a_problem(*TWO_SESSIONS, rooms=rooms, relations=(relation,))
    assert told(problem, [put(PANEL, "10:00"), bad], kind) == [words]
    assert not told(problem, [put(PANEL, "10:00"), good], kind)
    assert not told(problem, [bad], kind)


def test_a_relation_that_is_only_wished_costs_at_the_level_of_people() -> None:
    relation = Relation(kind="before", session=PANEL, other=SIGNING, binding=False)
    problem = a_problem(*TWO_SESSIONS, relations=(relation,))
    programme = Programme((put(PANEL, "12:00"), put(SIGNING, "10:00")))
    assert told(problem, programme.placements, "before", "before_wished") == [
        "“Made in Morocco” should come before “Conventions”."
    ]
    assert score(check(problem, programme))["people"] == 10


def test_a_room_should_not_stand_empty_before_its_last_session() -> None:
    problem = a_problem(*TWO_SESSIONS, rooms=(Room(id=HALL, turnover=15),))
    assert told(problem, [put(PANEL, "09:00"), put(SIGNING, "11:00")], "compactness") == [
        "Grand Hall stands empty for 45 minutes between Tue 09:00 and its last session."
    ]
    assert not told(problem, [put(PANEL, "09:00"), put(SIGNING, "10:15")], "compactness")


def test_a_session_should_start_on_the_quarter_of_an_hour() -> None:
    problem = a_problem(*TWO_SESSIONS)
    assert told(problem, [put(PANEL, "09:15"), put(SIGNING, "11:20")], "round_start") == [
        "“Conventions” starts at Tue 11:20, which is no quarter of an hour."
    ]


def test_every_constraint_has_its_own_name_and_its_sentence_in_every_language() -> None:
    assert len(BY_KIND) == len(CONSTRAINTS)
    for language in ("fr", "ar"):
        say = translator(language)
        assert [constraint.kind for constraint in CONSTRAINTS if say(constraint.sentence) == constraint.sentence] == []


def test_a_conflict_is_told_in_the_reader_s_language() -> None:
    [conflict] = check(a_problem(a_session()), Programme())
    assert (
        sentence(conflict, translate=translator("fr"), name=NAMES.__getitem__, moment=str)
        == "« Made in Morocco » n’est pas encore placée."
    )
