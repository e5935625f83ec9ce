"""The programme as CP-SAT sees it: whether, where and when each session is, for the constraints to speak about."""

from collections.abc import Callable, Iterable
from math import gcd
from typing import NamedTuple
from uuid import UUID

from ortools.sat.python.cp_model import CpModel, Domain, IntervalVar, IntVar, LinearExpr

from services.scheduling.problem import Problem, Room, Session
from services.scheduling.programme import Placement, Programme
from services.scheduling.solving.starts import RoomDay, Starts

Cost = LinearExpr | int
Value = Callable[[IntVar], int]


class Variables(NamedTuple):
    """What the solver decides of one session. `start` and `end` mean something only where it is `present`."""

    session: Session
    present: IntVar
    at: dict[RoomDay, IntVar]
    grid: IntVar
    start: LinearExpr
    end: LinearExpr
    whole: IntervalVar


class Model:
    """One CP-SAT model of a problem. A session that is present has exactly one room and day, and a start left to it."""

    def __init__(self, problem: Problem, starts: Starts) -> None:
        self.problem = problem
        self.cp = CpModel()
        self.sessions = {session.id: self._decide(session, starts.of(session)) for session in problem.sessions}
        self._sums: dict[tuple[UUID, UUID | int], IntVar] = {}
        self._never = self.cp.new_constant(0)

    def _decide(self, session: Session, left: dict[RoomDay, list[int]]) -> Variables:
        step = self.problem.step
        present = self.cp.new_bool_var(f"present {session.id}")
        at = {key: self.cp.new_bool_var(f"{session.id} at {key}") for key in left}
        grid = self.cp.new_int_var_from_domain(_grid((start for starts in left.values() for start in starts), step), "")
        for key, starts in left.items():
            self.cp.add_linear_expression_in_domain(grid, _grid(starts, step)).only_enforce_if(at[key])
        self.cp.add_exactly_one([~present, *at.values()])
        start, end = step * grid, step * grid + session.duration
        whole = self.cp.new_optional_fixed_size_interval_var(start, session.duration, present, "")
        return Variables(session, present, at, grid, start, end, whole)

    def in_room(self, session: UUID, room: UUID) -> IntVar:
        return self._any_of(session, room, [at for (r, _), at in self.sessions[session].at.items() if r == room])

    def on_day(self, session: UUID, day: int) -> IntVar:
        return self._any_of(session, day, [at for (_, d), at in self.sessions[session].at.items() if d == day])

    def _any_of(self, session: UUID, name: UUID | int, literals: list[IntVar]) -> IntVar:
        """One literal for several of which one at most is true."""
        if (session, name) not in self._sums:
            match literals:
                case []:
                    self._sums[session, name] = self._never
                case [only]:
                    self._sums[session, name] = only
                case _:
                    self._sums[session, name] = self.cp.new_bool_var("")
                    self.cp.add(sum(literals) == self._sums[session, name])
        return self._sums[session, name]

    def starts_between(self, session: UUID, minutes: int) -> IntVar:
        """Make a literal that is true where the session starts at no multiple of `minutes`; it may be so elsewhere."""
        variables, step = self.sessions[session], self.problem.step
        last = max((day.closes for day in self.problem.days), default=0) // step
        multiples = Domain.from_values(range(0, last + 1, minutes // gcd(minutes, step)))
        between = self.cp.new_bool_var("")
        self.cp.add_linear_expression_in_domain(variables.grid, multiples).only_enforce_if(variables.present, ~between)
        return between

    def occupation(self, session: UUID, room: Room) -> IntervalVar:
        """Take the session in this room with the turnover after it; absent where it is elsewhere."""
        variables = self.sessions[session]
        minutes = variables.session.duration + room.turnover
        return self.cp.new_optional_fixed_size_interval_var(
            variables.start, minutes, self.in_room(session, room.id), ""
        )

    def force(self, programme: Programme) -> None:
        """Leave this programme only: these placements, and no other session."""
        placed = {placement.session: placement for placement in programme.placements}
        for session, variables in self.sessions.items():
            placement = placed.get(session)
            self.cp.add(variables.present == (placement is not None))
            if placement:
                self.cp.add(self.in_room(session, placement.room) == 1)
                self.cp.add(variables.start == placement.start)

    def hint(self, programme: Programme) -> None:
        """Begin the search at this programme."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]  # OR-tools left it untyped
        placed = {placement.session: placement for placement in programme.placements}
        for session, variables in self.sessions.items():
            placement = placed.get(session)
            self.cp.add_hint(variables.present, placement is not None)
            if placement:
                self.cp.add_hint(variables.grid, placement.start // self.problem.step)
            for (room, day), at in variables.at.items():
                here = placement is not None and (placement.room, self.problem.day_of(placement.start)) == (room, day)
                self.cp.add_hint(at, here)

    def programme(self, value: Value) -> Programme:
        """Read a solution."""
        return Programme(
            tuple(
                Placement(session, room, value(variables.grid) * self.problem.step)
                for session, variables in self.sessions.items()
                for (room, _), at in variables.at.items()
                if value(at)
            )
        )


def _grid(starts: Iterable[int], step: int) -> Domain:
    """Give the numbers of starts on the grid; a session to which nothing is left keeps a start that it never has."""
    return Domain.from_values(sorted({start // step for start in starts}) or [0])
