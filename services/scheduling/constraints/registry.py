"""The one table of constraints, and what is read from it: conflicts and scores."""

from services.scheduling.constraints.allowed_hours import ALLOWED_HOURS
from services.scheduling.constraints.availability import AVAILABILITY
from services.scheduling.constraints.capacity import SEATS, WASTE
from services.scheduling.constraints.compactness import COMPACTNESS
from services.scheduling.constraints.constraint import SOFT_LEVELS, Conflict, Constraint, Level
from services.scheduling.constraints.day_frame import CLOSING_LAST, COMMON_PAUSES, DAY_HOURS, OPENING_FIRST
from services.scheduling.constraints.one_place import ONE_PLACE
from services.scheduling.constraints.opening_hours import OPENING_HOURS
from services.scheduling.constraints.order import ORDER
from services.scheduling.constraints.placed import PLACED
from services.scheduling.constraints.plenary import PLENARY
from services.scheduling.constraints.round_start import ROUND_START
from services.scheduling.constraints.turnover import TURNOVER
from services.scheduling.problem import Problem
from services.scheduling.programme import Programme, Timetable

CONSTRAINTS: tuple[Constraint, ...] = (
    DAY_HOURS,
    OPENING_FIRST,
    CLOSING_LAST,
    COMMON_PAUSES,
    PLENARY,
    OPENING_HOURS,
    TURNOVER,
    SEATS,
    ALLOWED_HOURS,
    AVAILABILITY,
    ONE_PLACE,
    *ORDER,
    PLACED,
    WASTE,
    COMPACTNESS,
    ROUND_START,
)
BY_KIND = {constraint.kind: constraint for constraint in CONSTRAINTS}

Score = dict[Level, int]


def check(problem: Problem, programme: Programme) -> list[Conflict]:
    """Everything that the programme breaks, in the order of the table; hard or not is for its entry to say."""
    timetable = Timetable(problem, programme)
    return [conflict for constraint in CONSTRAINTS for conflict in constraint.check(timetable)]


def hard(conflicts: list[Conflict]) -> list[Conflict]:
    return [conflict for conflict in conflicts if BY_KIND[conflict.kind].level == "hard"]


def score(conflicts: list[Conflict]) -> Score:
    """Sum what the wishes lose at each soft level; less is better, and an earlier level outweighs all later ones."""
    losses: Score = dict.fromkeys(SOFT_LEVELS, 0)
    for conflict in conflicts:
        constraint = BY_KIND[conflict.kind]
        if constraint.level in losses:
            losses[constraint.level] += constraint.weight * conflict.cost
    return losses
