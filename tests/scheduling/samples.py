"""Problems for tests: a day, two rooms, and names to read conflicts by."""

from collections.abc import Iterable
from datetime import date, datetime
from random import Random
from uuid import UUID

from services.scheduling.constraints.registry import check
from services.scheduling.constraints.sentences import sentence
from services.scheduling.problem import Person, Problem, Relation, Room, Session, SessionKind, Window
from services.scheduling.programme import Placement, Programme

FIRST_DAY = date(2026, 11, 3)  # a Tuesday
HALL, SALON = UUID(int=1), UUID(int=2)
OPENING, PANEL, SIGNING, LUNCH, CLOSING = (UUID(int=number) for number in range(11, 16))
AMINA, YOUSSEF = UUID(int=101), UUID(int=102)
NAMES = {
    HALL: "Grand Hall",
    SALON: "Salon",
    OPENING: "Opening",
    PANEL: "Made in Morocco",
    SIGNING: "Conventions",
    LUNCH: "Lunch",
    CLOSING: "Closing",
    AMINA: "Amina",
    YOUSSEF: "Youssef",
}


def at(clock: str, day: int = 0) -> int:
    """Say a time of day, "25:30" being half past one of the night that follows, in a problem's minutes."""
    hours, minutes = clock.split(":")
    return day * 24 * 60 + int(hours) * 60 + int(minutes)


def window(opens: str, closes: str, day: int = 0) -> Window:
    return Window(at(opens, day), at(closes, day))


def a_session(  # noqa: PLR0913 (a session has that many sides)
    id: UUID = PANEL,  # noqa: A002 (the field's name)
    *,
    kind: SessionKind = "panel",
    duration: int = 60,
    plenary: bool = False,
    audience: int | None = None,
    people: tuple[UUID, ...] = (),
    allowed: tuple[Window, ...] = (),
) -> Session:
    return Session(
        id=id,
        kind=kind,
        duration=duration,
        plenary=plenary,
        expected_audience=audience,
        people=people,
        allowed=allowed,
    )


def a_problem(  # noqa: PLR0913 (a problem has that many sides)
    *sessions: Session,
    rooms: tuple[Room, ...] = (Room(id=HALL), Room(id=SALON)),
    days: tuple[Window, ...] = (window("09:00", "18:00"), window("09:00", "18:00", 1)),
    people: tuple[Person, ...] = (),
    relations: tuple[Relation, ...] = (),
    transfer: int = 0,
    step: int = 15,
) -> Problem:
    return Problem(
        first_day=FIRST_DAY,
        days=days,
        rooms=rooms,
        sessions=sessions,
        people=people,
        relations=relations,
        transfer=transfer,
        step=step,
    )


def put(session: UUID, clock: str, room: UUID = HALL, *, day: int = 0) -> Placement:
    return Placement(session, room, at(clock, day))


def told(problem: Problem, placements: Iterable[Placement], *kinds: str) -> list[str]:
    """Tell in English what a programme breaks of these kinds of constraints."""
    return [
        sentence(conflict, translate=str, name=NAMES.__getitem__, moment=_moment)
        for conflict in check(problem, Programme(tuple(placements)))
        if conflict.kind in kinds
    ]


def _moment(wall_time: datetime) -> str:
    return f"{wall_time:%a %H:%M}"


def two_days_of_sixty_sessions() -> Problem:
    """Make a problem of the size of a real day: 60 sessions, 4 rooms, 80 people of whom some come in the morning."""
    chance = Random(3)  # noqa: S311 (the same problem each time)
    days = tuple(window("08:00", "19:00", day) for day in range(2))
    mornings = tuple(window("09:00", "13:00", day) for day in range(2))
    capacities = (1000, 300, 150, 80)
    rooms = tuple(Room(id=UUID(int=n), capacity=seats, turnover=10) for n, seats in enumerate(capacities, 1))
    people = tuple(Person(id=UUID(int=1000 + n), available=mornings if n % 12 == 0 else ()) for n in range(80))
    frame: list[Session] = [
        a_session(UUID(int=100), kind="opening", plenary=True, audience=900, people=(UUID(int=1000),)),
        a_session(UUID(int=101), kind="closing", plenary=True, audience=700, people=(UUID(int=1001),)),
    ]
    for day in range(2):
        frame += [
            a_session(
                UUID(int=102 + day),
                kind="lunch",
                duration=75,
                plenary=True,
                allowed=(window("12:00", "14:30", day),),
            ),
            a_session(UUID(int=104 + day), kind="break", duration=20, allowed=(window("10:00", "11:30", day),)),
        ]
    keynotes = [a_session(UUID(int=106 + n), kind="keynote", duration=30, plenary=True, audience=600) for n in range(4)]
    kinds: tuple[SessionKind, ...] = ("panel", "panel", "signing", "meeting")
    others = [
        a_session(
            UUID(int=200 + n),
            kind=chance.choice(kinds),
            duration=chance.choice((30, 45, 60)),
            audience=chance.choice((40, 70, 100, 140, 250)),
            people=tuple({UUID(int=1000 + chance.randrange(80)) for _ in range(3)}),
        )
        for n in range(50)
    ]
    return a_problem(*frame, *keynotes, *others, rooms=rooms, days=days, people=people, step=5)
