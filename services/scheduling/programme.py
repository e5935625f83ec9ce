"""Where everything stands: a programme as plain values, and the same programme read beside its problem."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import combinations
from uuid import UUID

from msgspec import Struct

from services.scheduling.problem import Minutes, Problem, Relation, Room, Session


class Placement(Struct, frozen=True):
    """A session at a time in a room."""

    session: UUID
    room: UUID
    start: Minutes


class Programme(Struct, frozen=True):
    """Every placement; a session without one is unplaced."""

    placements: tuple[Placement, ...] = ()


class Placed(Struct, frozen=True):
    """A placement with what it places, and where. `day` is none outside of every day's hours."""

    session: Session
    room: Room
    start: int
    end: int
    day: int | None

    def overlaps(self, other: "Placed") -> bool:
        return self.start < other.end and other.start < self.end


class Timetable:
    """A programme read beside its problem: what a constraint's check looks at."""

    def __init__(self, problem: Problem, programme: Programme) -> None:
        self.problem = problem
        rooms = {room.id: room for room in problem.rooms}
        sessions = {session.id: session for session in problem.sessions}
        self._by_session = {
            placement.session: _placed(problem, sessions[placement.session], rooms[placement.room], placement.start)
            for placement in sorted(programme.placements, key=lambda placement: (placement.start, placement.session))
        }

    @property
    def placed(self) -> tuple[Placed, ...]:
        """By start, then by session: the order in which conflicts are told."""
        return tuple(self._by_session.values())

    @property
    def unplaced(self) -> tuple[Session, ...]:
        return tuple(session for session in self.problem.sessions if session.id not in self._by_session)

    @cached_property
    def by_room(self) -> dict[UUID, list[Placed]]:
        rooms = defaultdict(list)
        for placed in self.placed:
            rooms[placed.room.id].append(placed)
        return dict(rooms)

    @cached_property
    def by_person(self) -> dict[UUID, list[Placed]]:
        people = defaultdict(list)
        for placed in self.placed:
            for person in dict.fromkeys(placed.session.people):
                people[person].append(placed)
        return dict(people)

    def pairs(self) -> Iterator[tuple[Placed, Placed]]:
        """Each two sessions, the earlier first."""
        return combinations(self.placed, 2)

    def related(self) -> Iterator[tuple[Relation, Placed, Placed]]:
        """Each relation whose two sessions are placed."""
        for relation in self.problem.relations:
            session, other = self._by_session.get(relation.session), self._by_session.get(relation.other)
            if session and other:
                yield relation, session, other


def _placed(problem: Problem, session: Session, room: Room, start: int) -> Placed:
    return Placed(session, room, start, start + session.duration, problem.day_of(start))
