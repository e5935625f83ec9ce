"""A session keeps to the hours that its organiser leaves it: lunch at noon, the gala at night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.problem import holds
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.starts import Starts


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for placed in timetable.placed:
        allowed = placed.session.allowed
        if allowed and all(placed.start < window.opens or window.closes < placed.end for window in allowed):
            facts: dict[str, Fact] = {
                "session": placed.session.id,
                "starts": timetable.problem.wall_time(placed.start),
                "ends": timetable.problem.wall_time(placed.end),
            }
            yield Conflict("allowed_hours", facts)


def _narrow(starts: Starts) -> None:
    starts.keep(lambda session, _room, start, end: not session.allowed or holds(session.allowed, start, end))


ALLOWED_HOURS = Constraint(
    kind="allowed_hours",
    level="hard",
    set_by="organiser",
    sentence=gettext_noop("“{session}”, from {starts} to {ends}, is outside the hours that it may have."),
    check=_check,
    narrow=_narrow,
)
