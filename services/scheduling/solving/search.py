"""The search: level after level, each minimised, then held while the next one is."""

from collections.abc import Callable, Iterable
from math import ceil

from ortools.sat.python import cp_model

from services.scheduling.constraints.constraint import SOFT_LEVELS, Conflict, Constraint, Level
from services.scheduling.constraints.registry import CONSTRAINTS, check, hard, score
from services.scheduling.problem import Problem
from services.scheduling.programme import Programme, Timetable
from services.scheduling.solving.lines import Improvement, Outcome, Status
from services.scheduling.solving.model import Cost, Model, Value
from services.scheduling.solving.starts import Starts

_WORKERS = 8  # ways of searching, which take turns
_AT_ONCE = 2
_SHARE = 0.5  # of the effort that is left, for a level that is not the last
_PROOF = 0.4  # of a level's effort, before only the neighbourhood of the best is searched


class ProgrammeRefused(Exception):
    """The solver's programme breaks what it was told to keep: a fault of ours, never shown as a programme."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__("; ".join(f"{conflict.kind} {conflict.facts}" for conflict in conflicts))


def build_model(problem: Problem, constraints: Iterable[Constraint] = CONSTRAINTS) -> Model:
    """Make a model that leaves only what these constraints allow."""
    asked = tuple(constraints)
    starts = Starts(problem)
    for constraint in asked:
        if constraint.narrow:
            constraint.narrow(starts)
    model = Model(problem, starts)
    for constraint in asked:
        if constraint.build:
            constraint.build(model)
    return model


def loss(model: Model, level: Level) -> Cost:
    """Sum what the wishes of this level cost in the model."""
    prices = [(constraint.weight, constraint.price) for constraint in CONSTRAINTS if constraint.level == level]
    return sum(weight * price(model) for weight, price in prices if price)


class Search:
    """One solve: says each better programme. The same problem and effort give the same ones, on any machine."""

    def __init__(self, problem: Problem, effort: float, say: Callable[[Improvement], None]) -> None:
        """Take `effort` in the solver's deterministic seconds, which are near to real ones."""
        self._problem = problem
        self._effort = effort
        self._say = say
        self._model = build_model(problem)
        self._solver = cp_model.CpSolver()
        self.stopped = False
        self._best = Programme()
        self._score = score(check(problem, self._best))

    def stop(self) -> None:
        """Keep the best and end soon; may be called from another thread."""
        self.stopped = True
        self._solver.stop_search()

    def run(self) -> Outcome:
        """Raise ProgrammeRefused where the independent check does not agree with the solver."""
        proven = [self._minimise(level) for level in SOFT_LEVELS]
        status: Status = "optimal" if all(proven) else "stopped" if self.stopped else "feasible"
        unplaced = Timetable(self._problem, self._best).unplaced
        return Outcome(status, self._score, tuple(session.id for session in unplaced))

    def _minimise(self, level: Level) -> bool:
        """Lower the loss of one level as far as its share of the effort allows; return whether none is lower."""
        objective = loss(self._model, level)
        if isinstance(objective, int):
            return True
        self._model.cp.minimize(objective)
        share = self._effort if level == SOFT_LEVELS[-1] else self._effort * _SHARE
        proven = self._solve(level, share * _PROOF, neighbourhoods=False) or (
            self._solve(level, share * (1 - _PROOF), neighbourhoods=True)
        )
        self._model.cp.add(objective <= self._score[level])
        return proven

    def _solve(self, level: Level, effort: float, *, neighbourhoods: bool) -> bool:
        """Search everything, which can end in a proof, or only near the best so far, which soon betters a large one."""
        if self.stopped:
            return False
        if self._best.placements:
            self._model.hint(self._best)
        self._solver.parameters = _parameters(effort, neighbourhoods=neighbourhoods)
        listener = _Listener(self, level)
        status = self._solver.solve(self._model.cp, listener)
        listener.raise_refusal()
        if status in (cp_model.MODEL_INVALID, cp_model.INFEASIBLE):
            raise RuntimeError(f"{level}: {self._solver.status_name(status)} {self._model.cp.validate()}")
        self._effort -= self._solver.deterministic_time
        return status == cp_model.OPTIMAL

    def hear(self, value: Value, level: Level, bound: float) -> None:
        """Keep the solver's programme if it is better, once it has passed the check that shares nothing with it."""
        programme = self._model.programme(value)
        conflicts = check(self._problem, programme)
        if broken := hard(conflicts):
            raise ProgrammeRefused(broken)
        found = score(conflicts)
        if tuple(found.values()) < tuple(self._score.values()):
            self._best, self._score = programme, found
            self._say(Improvement(programme, found, level, ceil(bound)))


def _parameters(effort: float, *, neighbourhoods: bool) -> cp_model.SatParameters:
    """Interleaved workers and deterministic time: nothing depends on how threads happen to run."""
    parameters = cp_model.SatParameters()
    parameters.num_workers = _WORKERS
    parameters.interleave_search = True
    parameters.interleave_batch_size = _AT_ONCE
    parameters.random_seed = 1
    parameters.max_deterministic_time = effort
    parameters.use_lns_only = neighbourhoods
    return parameters


class _Listener(cp_model.CpSolverSolutionCallback):
    """Hands solutions to the search; a refusal waits until the solver has returned, which exceptions must not cross."""

    def __init__(self, search: Search, level: Level) -> None:
        super().__init__()
        self._search = search
        self._level = level
        self._refusal: ProgrammeRefused | None = None

    def on_solution_callback(self) -> None:
        try:
            self._search.hear(self.value, self._level, self.best_objective_bound)
        except ProgrammeRefused as refusal:
            self._refusal = refusal
            self.stop_search()

    def raise_refusal(self) -> None:
        if self._refusal:
            raise self._refusal
