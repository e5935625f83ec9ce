"""From which edition a new one may be made, and by how many days everything in it moves."""

from datetime import date
from typing import get_args

from libs.contracts.events import Carried
from libs.errors import Invalid

ALL: tuple[Carried, ...] = get_args(Carried)


class NotAfterItsOrigin(Invalid):
    detail = "The new edition starts on {starts_on}, but the one it is made from ends on {ended_on}."
    remedy = "Choose a later day, or clone from an earlier edition."


class SeatsWithoutPanels(Invalid):
    detail = "Seats belong to panels: they cannot come along without them."
    remedy = "Carry the panels too, or leave the seats."


def shift(origin_starts: date, origin_ends: date, starts_on: date) -> int:
    """Return by how many days what was planned moves; raise the reason if it cannot."""
    if starts_on <= origin_ends:
        raise NotAfterItsOrigin(pointer="/starts_on", starts_on=str(starts_on), ended_on=str(origin_ends))
    return (starts_on - origin_starts).days


def check_carried(carried: frozenset[Carried]) -> None:
    if "seats" in carried and "panels" not in carried:
        raise SeatsWithoutPanels(pointer="/carry")
