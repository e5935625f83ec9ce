"""What the solving process says: one JSON line for each better programme, and a last one."""

from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.json import Decoder

from services.scheduling.constraints.constraint import Level
from services.scheduling.constraints.registry import Score
from services.scheduling.programme import Programme

Status = Literal["optimal", "feasible", "stopped"]


class Improvement(Struct, frozen=True, tag="improvement"):
    """A valid programme better than all before. `bound` says how low its `level`, the one worked on, could still go."""

    programme: Programme
    score: Score
    level: Level
    bound: int


class Outcome(Struct, frozen=True, tag="outcome"):
    """The end: optimal is proven best at every level; feasible ran out of time; stopped was asked to end."""

    status: Status
    score: Score
    unplaced: tuple[UUID, ...]


Line = Improvement | Outcome
read_line = Decoder(Line).decode
