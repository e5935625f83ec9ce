"""Who may end which mandate. Pure: no I/O, no clock, no framework."""

from uuid import UUID

from msgspec import Struct

from libs.errors import Conflict, Forbidden
from services.identity.memberships.domain import GIVEN_BY_CO_ORGANISERS, Role

_ENDED_BY_TECHNICAL_CONTACTS: frozenset[Role] = frozenset({"representative", "technical_contact"})


class MandateNotYours(Forbidden):
    detail = "Your mandate does not end this one."
    remedy = "Ask an administrator of the day."


class LastAdministrator(Conflict):
    detail = "This is the last administrator of the day."
    remedy = "Invite another administrator first."


class Ending(Struct, frozen=True, kw_only=True):
    """A mandate that somebody wants to end; `own` if it is theirs, `of_theirs` if it is for their organisation."""

    role: Role
    own: bool
    of_theirs: bool
    other_administrators: int

    def admit(self, by: str) -> None:
        """Return if somebody of the role `by` may end it; raise the reason if not.

        Who may give a mandate may end it; a technical contact ends those of the organisation that carry no signature;
        everybody lays their own down.
        """
        if self.role == "administrator" and self.other_administrators == 0:
            raise LastAdministrator
        given = self.role in GIVEN_BY_CO_ORGANISERS or (self.role == "co_organiser" and self.of_theirs)
        watched = self.of_theirs and self.role in _ENDED_BY_TECHNICAL_CONTACTS
        may = {"administrator": True, "co_organiser": given, "technical_contact": watched}
        if not (self.own or may.get(by, False)):
            raise MandateNotYours


def sees(by: str, organisation_id: UUID | None, mandates_organisation: UUID | None, *, own: bool) -> bool:
    """Whether somebody may know of a mandate at all: organisers of every one, others of their organisation's."""
    return own or by in {"administrator", "co_organiser"} or organisation_id == mandates_organisation
