"""A room holds one session at a time, and is made ready in between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.model import Model


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for sessions in timetable.by_room.values():
        for earlier, later in combinations(sessions, 2):
            free = earlier.end + earlier.room.turnover
            if later.start < free:
                facts: dict[str, Fact] = {
                    "session": later.session.id,
                    "starts": timetable.problem.wall_time(later.start),
                    "room": later.room.id,
                    "other": earlier.session.id,
                    "free": timetable.problem.wall_time(free),
                }
                yield Conflict("turnover", facts)


def _build(model: Model) -> None:
    for room in model.problem.rooms:
        model.cp.add_no_overlap(model.occupation(session, room) for session in model.sessions)


TURNOVER = Constraint(
    kind="turnover",
    level="hard",
    set_by="venue",
    sentence=gettext_noop(
        "“{session}” starts at {starts} in {room}, which “{other}” and its turnover take until {free}."
    ),
    check=_check,
    build=_build,
)
