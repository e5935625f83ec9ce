"""The frame of each day: its hours, the opening first, the closing last, pauses common to all.

One opening opens the edition, one closing closes it; where there are several, each does so for its own day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint, Fact
from services.scheduling.problem import PAUSES, PROGRAMME_PROPER, SessionKind, holds
from services.scheduling.programme import Placed, Timetable

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

    from services.scheduling.solving.model import Model, Variables
    from services.scheduling.solving.starts import Starts

_AFTER_OPENING: frozenset[SessionKind] = PROGRAMME_PROPER | {"closing"}
_OUTSIDE_PAUSES: frozenset[SessionKind] = PROGRAMME_PROPER | {"opening", "closing"}


def _check_hours(timetable: Timetable) -> Iterator[Conflict]:
    for placed in timetable.placed:
        if placed.day is None or placed.end > timetable.problem.days[placed.day].closes:
            facts: dict[str, Fact] = {
                "session": placed.session.id,
                "starts": timetable.problem.wall_time(placed.start),
                "ends": timetable.problem.wall_time(placed.end),
            }
            yield Conflict("day_hours", facts)


def _narrow_hours(starts: Starts) -> None:
    starts.keep(lambda _session, _room, start, end: holds(starts.problem.days, start, end))


def _check_opening(timetable: Timetable) -> Iterator[Conflict]:
    for opening, placed in _framed(timetable, "opening", _AFTER_OPENING):
        if placed.start < opening.end:
            yield Conflict("opening_first", {"session": placed.session.id, "other": opening.session.id})


def _check_closing(timetable: Timetable) -> Iterator[Conflict]:
    for closing, placed in _framed(timetable, "closing", PROGRAMME_PROPER):
        if closing.start < placed.end:
            yield Conflict("closing_last", {"session": placed.session.id, "other": closing.session.id})


def _framed(timetable: Timetable, frame: SessionKind, kinds: frozenset[SessionKind]) -> Iterator[tuple[Placed, Placed]]:
    """Each opening, or closing, with each session that it concerns."""
    only_one = sum(session.kind == frame for session in timetable.problem.sessions) == 1
    for framing in timetable.placed:
        for placed in timetable.placed:
            of_frame = framing.session.kind == frame and placed.session.kind in kinds
            if of_frame and (only_one or framing.day == placed.day):
                yield framing, placed


def _build_opening(model: Model) -> None:
    for opening, other, concerned in _frames(model, "opening", _AFTER_OPENING):
        model.cp.add(other.start >= opening.end).only_enforce_if(concerned)


def _build_closing(model: Model) -> None:
    for closing, other, concerned in _frames(model, "closing", PROGRAMME_PROPER):
        model.cp.add(closing.start >= other.end).only_enforce_if(concerned)


def _frames(
    model: Model, frame: SessionKind, kinds: frozenset[SessionKind]
) -> Iterator[tuple[Variables, Variables, list[IntVar]]]:
    """Each opening, or closing, with each session, and the literals under which it concerns that session."""
    framing = [variables for variables in model.sessions.values() if variables.session.kind == frame]
    for first in framing:
        for other in model.sessions.values():
            if other.session.kind not in kinds:
                continue
            if len(framing) == 1:
                yield first, other, [first.present, other.present]
                continue
            for day in range(len(model.problem.days)):
                same_day = [model.on_day(variables.session.id, day) for variables in (first, other)]
                yield first, other, same_day


def _check_pauses(timetable: Timetable) -> Iterator[Conflict]:
    for pause in timetable.placed:
        if pause.session.kind in PAUSES:
            for placed in timetable.placed:
                if placed.session.kind in _OUTSIDE_PAUSES and placed.overlaps(pause):
                    yield Conflict("common_pauses", {"session": placed.session.id, "other": pause.session.id})


def _build_pauses(model: Model) -> None:
    pauses = [variables.whole for variables in model.sessions.values() if variables.session.kind in PAUSES]
    for variables in model.sessions.values():
        if variables.session.kind in _OUTSIDE_PAUSES:
            for pause in pauses:
                model.cp.add_no_overlap([variables.whole, pause])


DAY_HOURS = Constraint(
    kind="day_hours",
    level="hard",
    set_by="organiser",
    sentence=gettext_noop("“{session}”, from {starts} to {ends}, is outside the hours of the day."),
    check=_check_hours,
    narrow=_narrow_hours,
)
OPENING_FIRST = Constraint(
    kind="opening_first",
    level="hard",
    set_by="organiser",
    sentence=gettext_noop("“{session}” begins before “{other}” has opened the day."),
    check=_check_opening,
    build=_build_opening,
)
CLOSING_LAST = Constraint(
    kind="closing_last",
    level="hard",
    set_by="organiser",
    sentence=gettext_noop("“{session}” is not over when “{other}” closes the day."),
    check=_check_closing,
    build=_build_closing,
)
COMMON_PAUSES = Constraint(
    kind="common_pauses",
    level="hard",
    set_by="organiser",
    sentence=gettext_noop("“{session}” runs through “{other}”, a pause common to all."),
    check=_check_pauses,
    build=_build_pauses,
)
