"""The samples make a programme: whoever edits them learns here, and not at the first start, that one does not fit."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

import pytest

from infra.demo.journey import Hours, Journey, SessionSample
from infra.demo.reading import read_demonstration
from services.scheduling.problem import Person, Problem, Relation, Room, Session, Window
from services.scheduling.solving.search import Search

FIRST_DAY = date(2026, 11, 3)
NAMES = UUID(int=0)
EFFORT = 2.0  # deterministic seconds of the solver
DEMONSTRATION = read_demonstration()


def name(slug: str) -> UUID:
    return uuid5(NAMES, slug)


def minutes(moment: datetime) -> int:
    return (moment - datetime.combine(FIRST_DAY, time())) // timedelta(minutes=1)


def windows(hours: Iterable[Hours]) -> tuple[Window, ...]:
    return tuple(Window(*map(minutes, each.on(FIRST_DAY))) for each in hours)


def relations_of(session: SessionSample) -> list[Relation]:
    before = [Relation(kind="before", session=name(other), other=name(session.slug)) for other in session.after]
    same_day = [Relation(kind="same_day", session=name(session.slug), other=name(other)) for other in session.same_day]
    return before + same_day


def problem_of(journey: Journey) -> Problem:
    people = {sample.email: sample for sample in journey.nominations}
    return Problem(
        first_day=FIRST_DAY,
        days=tuple(Window(day * 1440 + 480, day * 1440 + 1260) for day in range(journey.edition.days)),
        rooms=tuple(
            Room(id=name(room.slug), capacity=room.capacity, turnover=room.turnover, opening=windows(room.open))
            for room in journey.rooms
        ),
        sessions=tuple(
            Session(
                id=name(session.slug),
                kind=session.kind,
                duration=session.minutes,
                plenary=session.plenary,
                expected_audience=session.audience,
                allowed=windows(session.allowed),
                people=tuple(
                    name(email) for email, sample in people.items() if session.panel and sample.panel == session.panel
                ),
            )
            for session in journey.sessions
        ),
        people=tuple(Person(id=name(email), available=windows(sample.available)) for email, sample in people.items()),
        relations=tuple(relation for session in journey.sessions for relation in relations_of(session)),
    )


@pytest.mark.parametrize(
    "journey", [DEMONSTRATION.samples.journey, DEMONSTRATION.invented.journey], ids=["jni", "mirane"]
)
def test_every_session_of_the_samples_finds_its_place(journey: Journey) -> None:
    outcome = Search(problem_of(journey), EFFORT, lambda _: None).run()
    by_id = {name(session.slug): session.slug for session in journey.sessions}
    assert [by_id[session] for session in outcome.unplaced] == []
