"""Nominating somebody, within the organisation's quota."""

import unicodedata
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.contracts.programme import SeatRole
from libs.db.new_rows import insert_values
from libs.db.uniqueness import insert_unless
from libs.fields import Email, Language, Line, Paragraph, Words
from libs.i18n.folding import fold
from libs.i18n.text import Text, normalise
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from services.stakeholders.known.domain import NoSuchPanel
from services.stakeholders.nominations.commands.counting import count, lock_quota
from services.stakeholders.nominations.domain import (
    ActsForNobody,
    AlreadyNominated,
    Candidacy,
    check_not_standing,
    check_role,
)
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.people.domain import EmailChoice, recognise
from services.stakeholders.people.models import Person
from services.stakeholders.quotas.quota import Quota


class SubmitNomination(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`organisation` is where the person works, if not at the nominating organisation.

    `email_choice` answers the question that is asked where the address is known under another name.
    """

    panel_id: UUID
    seat_role: SeatRole
    full_name: Line
    email: Email
    title: Words | None = None
    organisation: Words | None = None
    language: Language | None = None
    note: Paragraph = ""
    email_choice: EmailChoice | None = None


async def submit_nomination(
    session: AsyncSession, principal: Principal, call_id: UUID, command: SubmitNomination, now: datetime
) -> Nomination:
    if principal.organisation_id is None:
        raise ActsForNobody
    email = command.email.casefold()
    terms = await lock_quota(session, principal, call_id, command.panel_id, email)
    counted = await count(session, principal, call_id, email)

    terms.opening.admit(now)
    if terms.seats is None:
        raise NoSuchPanel(pointer="/panel_id", panel=str(command.panel_id))
    check_role(command.seat_role, terms.seats)
    known_as = recognise(email, command.full_name, counted.known, command.email_choice)
    if known_as is not None:
        check_not_standing(Candidacy(command.panel_id, known_as), counted.candidacies)
    Quota(terms.limit, counted.panel_limits, counted.standing).admit(command.panel_id)

    nomination = Nomination(
        tenant_id=principal.tenant_id,
        id=uuid7(),
        version=1,
        call_id=call_id,
        edition_id=terms.edition_id,
        panel_id=command.panel_id,
        organisation_id=principal.organisation_id,
        person_id=known_as or await _add_person(session, principal, command, email, terms.organisation),
        seat_role=command.seat_role,
        seat_id=None,
        state="submitted",
        note=command.note,
        availability=[],
        submitted_at=now,
        changed_at=now,
    )
    await insert_unless(session, nomination, AlreadyNominated(pointer="/email"))
    publish(session, nomination.fact(), now)
    record(session, principal, "nominations.submit", nomination.id, now, state=nomination.state)
    return nomination


async def _add_person(
    session: AsyncSession, principal: Principal, command: SubmitNomination, email: str, organisation: Text
) -> UUID:
    """Keep who was nominated; an address that is known already was asked about before."""
    person_id = uuid7()
    person = {
        "tenant_id": principal.tenant_id,
        "id": person_id,
        "version": 1,
        "full_name": " ".join(unicodedata.normalize("NFC", command.full_name).split()),
        "name_folded": fold(command.full_name),
        "email": email,
        "title": normalise(command.title or {}),
        "organisation": normalise(command.organisation or organisation),
        "organisation_id": None if command.organisation else principal.organisation_id,
        "language": command.language,
    }
    await insert_values(session, Person.__table__, person)
    return person_id
