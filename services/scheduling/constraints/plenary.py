"""Nothing runs beside a plenary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from libs.i18n.catalogues import gettext_noop
from services.scheduling.constraints.constraint import Conflict, Constraint
from services.scheduling.programme import Timetable

if TYPE_CHECKING:
    from services.scheduling.solving.model import Model


def _check(timetable: Timetable) -> Iterator[Conflict]:
    for earlier, later in timetable.pairs():
        if earlier.overlaps(later) and (earlier.session.plenary or later.session.plenary):
            plenary, beside = (earlier, later) if earlier.session.plenary else (later, earlier)
            yield Conflict("plenary", {"session": beside.session.id, "other": plenary.session.id})


def _build(model: Model) -> None:
    """As one resource: a plenary takes all of it, any other session its share."""
    sessions = model.sessions.values()
    all_of_it = len(sessions)
    shares = [all_of_it if variables.session.plenary else 1 for variables in sessions]
    model.cp.add_cumulative([variables.whole for variables in sessions], shares, all_of_it)


PLENARY = Constraint(
    kind="plenary",
    level="hard",
    set_by="organiser",
    sentence=gettext_noop("“{session}” runs beside the plenary “{other}”."),
    check=_check,
    build=_build,
)
