"""A session is held while everybody whom it needs is there."""

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
    available = {person.id: person.available for person in timetable.problem.people}
    for person, sessions in timetable.by_person.items():
        windows = available.get(person)
        if not windows:
            continue
        for placed in sessions:
            if not any(window.opens <= placed.start and placed.end <= window.closes for window in windows):
                facts: dict[str, Fact] = {
                    "person": person,
                    "session": placed.session.id,
                    "starts": timetable.problem.wall_time(placed.start),
                    "ends": timetable.problem.wall_time(placed.end),
                }
                yield Conflict("availability", facts)


def _narrow(starts: Starts) -> None:
    windows = {person.id: person.available for person in starts.problem.people if person.available}
    starts.keep(
        lambda session, _room, start, end: all(
            holds(windows[person], start, end) for person in session.people if person in windows
        )
    )


AVAILABILITY = Constraint(
    kind="availability",
    level="hard",
    set_by="speaker",
    sentence=gettext_noop("{person} cannot be there for “{session}” from {starts} to {ends}."),
    check=_check,
    narrow=_narrow,
)
