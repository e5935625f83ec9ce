"""Reading invitations: SELECT straight into structs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import NominationState, Window
from libs.contracts.programme import SeatRole
from libs.errors import NoSuch
from libs.i18n.text import Text
from libs.identity import Principal
from libs.permissions import SPEAKER
from libs.zones import local
from services.stakeholders.invitations.models import Answer, Invitation
from services.stakeholders.known.models import KnownEdition, KnownPanel
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.models import Person


class InvitationEdition(Struct, frozen=True, kw_only=True):
    id: UUID
    slug: str
    starts_on: date
    ends_on: date
    timezone: str
    city: Text
    theme: Text


class InvitationView(Struct, frozen=True, kw_only=True):
    """What a speaker sees of the seat that is offered. `organisation` nominated them; times carry their offset."""

    id: UUID
    version: int
    nomination_id: UUID
    state: NominationState
    language: str
    full_name: str
    title: Text
    panel_id: UUID
    panel: Text
    seat_role: SeatRole
    organisation: Text
    edition: InvitationEdition
    answer: Answer | None
    availability: list[Window]
    reason: str
    invited_at: datetime
    answered_at: datetime | None


_OF_EDITION = "edition."


async def read_invitation(session: AsyncSession, principal: Principal, invitation_id: UUID) -> InvitationView:
    """Return an invitation; to a speaker, only the one that their link is good for."""
    query = _invitations(principal).where(Invitation.id == invitation_id)
    if principal.role == SPEAKER:
        query = query.where(Invitation.id == principal.invitation_id, Invitation.link_hash == principal.link_hash)
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="invitation", id=invitation_id)
    return _view(row)


def _invitations(principal: Principal) -> Select[Any]:
    tenant_id = principal.tenant_id
    of_invitation = ("id", "version", "nomination_id", "language", "answer", "reason", "invited_at", "answered_at")
    columns = [
        *(Invitation.__table__.c[name] for name in of_invitation),
        *(Nomination.__table__.c[name] for name in ("state", "panel_id", "seat_role", "availability")),
        *(Person.full_name, Person.title, KnownPanel.title.label("panel"), Organisation.name.label("organisation")),
        *(KnownEdition.__table__.c[name].label(_OF_EDITION + name) for name in InvitationEdition.__struct_fields__),
    ]
    return (
        select(*columns)
        .select_from(Invitation)
        .join(Nomination, (Nomination.tenant_id == tenant_id) & (Nomination.id == Invitation.nomination_id))
        .join(Person, (Person.tenant_id == tenant_id) & (Person.id == Nomination.person_id))
        .join(Organisation, (Organisation.tenant_id == tenant_id) & (Organisation.id == Nomination.organisation_id))
        .join(KnownPanel, (KnownPanel.tenant_id == tenant_id) & (KnownPanel.id == Nomination.panel_id))
        .join(KnownEdition, (KnownEdition.tenant_id == tenant_id) & (KnownEdition.id == Nomination.edition_id))
        .where(Invitation.tenant_id == tenant_id)
    )


def _view(row: RowMapping) -> InvitationView:
    edition = InvitationEdition(**{name: row[_OF_EDITION + name] for name in InvitationEdition.__struct_fields__})
    windows = [
        Window(local(window.starts_at, edition.timezone), local(window.ends_at, edition.timezone))
        for window in convert(row["availability"], list[Window])
    ]
    given = {name: row[name] for name in row if not name.startswith(_OF_EDITION)}
    return InvitationView(**{**given, "edition": edition, "availability": windows})
