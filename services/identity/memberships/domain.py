"""Who may be given which mandate, when one holds, and for which one acts. Pure: no I/O, no clock, no framework."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct

from libs.errors import Conflict, Forbidden, Invalid
from libs.permissions import ROLE_WORDS
from services.identity.links.domain import SIGN_IN_REFUSED

Role = Literal["administrator", "co_organiser", "programme_manager", "representative", "technical_contact", "viewer"]
MembershipState = Literal["invited", "active", "ended"]

_OF_AN_ORGANISATION: frozenset[Role] = frozenset({"co_organiser", "representative", "technical_contact"})
GIVEN_BY_CO_ORGANISERS: frozenset[Role] = frozenset(
    {"programme_manager", "representative", "technical_contact", "viewer"}
)


class OrganisationMissing(Invalid):
    detail = "The role {role} is held for an organisation."
    remedy = "Say for which organisation."
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {"role": ROLE_WORDS}


class RoleNotYours(Forbidden):
    detail = "A co-organiser may not give the role {role} for this organisation."
    remedy = "Ask an administrator of the day."
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {"role": ROLE_WORDS}


class MandateEndsTooEarly(Invalid):
    detail = "This mandate would end on {until}, before today."
    remedy = "Give a later day, or none for a mandate without end."


class MandateOver(Forbidden):
    detail = "No mandate of this person holds today."
    remedy = "Ask a co-organiser of the day for an invitation."


class MandateNotHeld(Conflict):
    detail = "This mandate is not one that holds for you today."
    remedy = "Choose one of those that the sign-in lists."


class MandateNotChosen(Conflict):
    detail = "This person holds several mandates here, and none was chosen."
    remedy = "Choose one of those that the sign-in lists."


class SingleSignOnNeeded(Forbidden):
    detail = "Who acts for this organisation signs in by its own provider only."
    remedy = "Begin on the sign-in page with your address at the organisation."
    journalled = SIGN_IN_REFUSED


class Mandate(Struct, frozen=True):
    """A role in a tenant, for an organisation or for the day itself, until a day or without end."""

    role: Role
    organisation_id: UUID | None = None
    until: date | None = None

    def admit(self, *, giver: str, giver_organisation_id: UUID | None, today: date) -> None:
        """Return if somebody of the role `giver` may give this mandate; raise the reason if not.

        A co-organiser gives its own role for its own organisation only: who could give it for another could sign in
        that one's name.
        """
        if self.role in _OF_AN_ORGANISATION and self.organisation_id is None:
            raise OrganisationMissing(role=self.role, pointer="/organisation_id")
        if self.until is not None and self.until < today:
            raise MandateEndsTooEarly(until=str(self.until), pointer="/valid_until")
        own = self.role == "co_organiser" and self.organisation_id == giver_organisation_id
        if giver == "co_organiser" and self.role not in GIVEN_BY_CO_ORGANISERS and not own:
            raise RoleNotYours(role=self.role, pointer="/role")


class HeldMandate(Struct, frozen=True, kw_only=True):
    """A membership as it was given: whether it holds is a question of the day."""

    id: UUID
    role: Role
    organisation_id: UUID | None
    organisation: dict[str, str] | None
    name: str  # the person's, as this tenant knows it
    state: MembershipState
    valid_from: date
    valid_until: date | None
    by_provider_only: bool = False  # its organisation has made single sign-on compulsory

    def opens_to(self, through: UUID | None) -> bool:
        """Whether one may act for it who signed in by the provider of the organisation `through`, or by a link.

        A provider speaks for its own organisation: whoever runs it gets nothing of what others have given.
        """
        return not self.by_provider_only if through is None else self.organisation_id == through

    def holds(self, today: date) -> bool:
        """Whether it gives rights today: accepted, begun, and not over (both days belong to it)."""
        begun = self.state == "active" and self.valid_from <= today
        return begun and (self.valid_until is None or today <= self.valid_until)


def holding(mandates: Sequence[HeldMandate], today: date, *, through: UUID | None = None) -> list[HeldMandate]:
    """Return the mandates that hold today and open to who signed in so; raise the reason if none does."""
    held = [mandate for mandate in mandates if mandate.holds(today)]
    found = [mandate for mandate in held if mandate.opens_to(through)]
    if not found:
        raise SingleSignOnNeeded if held and through is None else MandateOver
    return found


def choose(mandates: Sequence[HeldMandate], wanted: UUID | None) -> HeldMandate | None:
    """Return the mandate that somebody acts for: the wanted one, or the only one; none while the choice is open."""
    if wanted is None:
        return mandates[0] if len(mandates) == 1 else None
    for mandate in mandates:
        if mandate.id == wanted:
            return mandate
    raise MandateNotHeld(pointer="/membership_id")
