"""What every kind of constraint is made of: how it is checked, how the solver is told, and its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from msgspec import Struct

from services.scheduling.programme import Timetable

if TYPE_CHECKING:  # the solver's process alone imports OR-tools
    from services.scheduling.solving.model import Cost, Model
    from services.scheduling.solving.starts import Starts

Level = Literal["hard", "placed", "people", "quality"]
SOFT_LEVELS: tuple[Level, ...] = ("placed", "people", "quality")  # each is worth more than all that follow it

SetBy = Literal["system", "venue", "organiser", "programme", "speaker"]
Fact = UUID | int | datetime


class Conflict(Struct, frozen=True):
    """One place where a programme breaks a constraint; `cost` is what a wish loses by it, in the wish's own unit."""

    kind: str
    facts: dict[str, Fact]  # fill the sentence: ids of what it speaks of, wall times, and numbers
    cost: int = 1


class Constraint(Struct, frozen=True, kw_only=True):
    """One kind of constraint. A hard one may not be broken; a soft one costs its weight times the conflict's cost.

    `check` judges a programme without the solver. `narrow` strikes out starts that nothing can make good, and `build`
    tells the model the rest; `price` gives what a soft one costs there. Check and build share this entry only.
    """

    kind: str
    level: Level
    set_by: SetBy
    sentence: str  # English, the msgid of its translations
    check: Callable[[Timetable], Iterable[Conflict]]
    weight: int = 1
    narrow: Callable[[Starts], None] | None = None
    build: Callable[[Model], None] | None = None
    price: Callable[[Model], Cost] | None = None
