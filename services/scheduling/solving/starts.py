"""The starts that are left to each session in each room and day, before there is a model."""

from collections.abc import Callable
from uuid import UUID

from services.scheduling.problem import Problem, Room, Session

RoomDay = tuple[UUID, int]


class Starts:
    """Each start on the grid at which a session could begin in a room on a day, until it is struck out."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        grid = [range(-(-day.opens // problem.step) * problem.step, day.closes, problem.step) for day in problem.days]
        self._left = {
            (session.id, room.id, day): list(starts)
            for session in problem.sessions
            for room in problem.rooms
            for day, starts in enumerate(grid)
        }

    def keep(self, possible: Callable[[Session, Room, int, int], bool]) -> None:
        """Strike out what is not `possible(session, room, starts, ends)`."""
        for session in self.problem.sessions:
            for room in self.problem.rooms:
                for day in range(len(self.problem.days)):
                    key = session.id, room.id, day
                    self._left[key] = [
                        start for start in self._left[key] if possible(session, room, start, start + session.duration)
                    ]

    def keep_in_rooms(self, possible: Callable[[Session, Room], bool]) -> None:
        """Strike out every start of a session in a room that is not `possible` for it."""
        self.keep(lambda session, room, _start, _end: possible(session, room))

    def of(self, session: Session) -> dict[RoomDay, list[int]]:
        """By room and day, wherever a start is left."""
        keys = ((room.id, day) for room in self.problem.rooms for day in range(len(self.problem.days)))
        return {key: starts for key in keys if (starts := self._left[session.id, *key])}
