"""Who may be nominated for which seat, and for whom one acts. Pure: no I/O, no clock, no framework."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from libs.contracts.events import Seat
from libs.contracts.programme import SeatRole
from libs.errors import Conflict, Forbidden, NotFound


class ActsForNobody(Forbidden):
    detail = "You act for no organisation of this day, and only organisations nominate."
    remedy = "Ask an administrator of the day for a mandate for your organisation."


class NotYours(Forbidden):
    detail = "Only the organisation that nominated somebody withdraws the nomination."
    remedy = "Reject it instead, or ask the organisation."


class NoSuchSeat(NotFound):
    detail = "There is no seat {seat} on this nomination's panel."
    remedy = "Take the id of one of the panel's seats."


class NoSeatOfThisRole(Conflict):
    detail = "This panel has no seat of that role."
    remedy = "Take a role that the panel has seats for, or another panel."


class SeatOfAnotherRole(Conflict):
    detail = "This seat is for another role than the nomination."
    remedy = "Take a seat of the nomination's role."


class SeatTaken(Conflict):
    detail = "This seat is held by another nomination."
    remedy = "Take another seat, or undo the other selection first."


class AlreadyNominated(Conflict):
    detail = "Your organisation has nominated this person for this panel already."
    remedy = "Withdraw the other nomination first, or nominate for another panel."


class Candidacy(Struct, frozen=True):
    """Somebody standing for a panel."""

    panel_id: UUID
    person_id: UUID


def check_role(role: SeatRole, seats: Iterable[Seat]) -> None:
    """Return if a panel has a seat of this role; raise the reason if not."""
    roles = sorted({seat.role for seat in seats})
    if role not in roles:
        raise NoSeatOfThisRole(pointer="/seat_role", role=role, roles=roles)


def check_seat(seat_id: UUID, role: SeatRole, seats: Iterable[Seat], *, holder: UUID | None) -> None:
    """Return if a nomination for `role` may take a seat of its panel that `holder` holds; raise the reason if not."""
    seat = next((seat for seat in seats if seat.id == seat_id), None)
    if seat is None:
        raise NoSuchSeat(pointer="/seat_id", seat=str(seat_id))
    if seat.role != role:
        raise SeatOfAnotherRole(pointer="/seat_id", seat_role=seat.role, role=role)
    if holder is not None:
        raise SeatTaken(pointer="/seat_id", nomination_id=str(holder))


def check_not_standing(candidacy: Candidacy, standing: Iterable[Candidacy]) -> None:
    """Return if the person does not stand for the panel yet; raise the reason if so."""
    if candidacy in standing:
        raise AlreadyNominated(pointer="/email")
