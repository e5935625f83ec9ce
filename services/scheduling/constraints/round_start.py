"""Sessions start at times that people remember: on the quarter of an hour. A light wish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.model import Cost, Model

_QUARTER = 15


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for placed in timetable.placed:
        if placed.start % _QUARTER:
            starts = timetable.problem.wall_time(placed.start)
            yield Conflict("round_start", {"session": placed.session.id, "starts": starts})


def _price(model: Model) -> Cost:
    return sum(model.starts_between(session, _QUARTER) for session in model.sessions)


ROUND_START = Constraint(
    kind="round_start",
    level="quality",
    set_by="organiser",
    weight=20,
    sentence=gettext_noop("“{session}” starts at {starts}, which is no quarter of an hour."),
    check=_check,
    price=_price,
)
