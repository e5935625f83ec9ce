"""Every session is placed, or named as unplaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint
from services.scheduling.problem import Session
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.model import Cost, Model

_PLENARY = 10  # to leave out what all attend is worse than to leave out several others


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for session in timetable.unplaced:
        yield Conflict("placed", {"session": session.id}, cost=_worth(session))


def _price(model: Model) -> Cost:
    return sum(_worth(variables.session) * (1 - variables.present) for variables in model.sessions.values())


def _worth(session: Session) -> int:
    return _PLENARY if session.plenary else 1


PLACED = Constraint(
    kind="placed",
    level="placed",
    set_by="system",
    sentence=gettext_noop("“{session}” has no place yet."),
    check=_check,
    price=_price,
)
