"""Nominating somebody, within the organisation's quota."""

import unicodedata
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import JSON, Row, ScalarSelect, Select, Text, Uuid, bindparam, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Seat
from libs.contracts.programme import SeatRole
from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.fields import Email, Language, Line, Paragraph, Words
from libs.i18n.folding import fold
from libs.i18n.text import normalise
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from services.stakeholders.calls.commands import opening_of
from services.stakeholders.calls.models import Call
from services.stakeholders.known.domain import NoSuchPanel
from services.stakeholders.known.models import KnownEdition, KnownPanel
from services.stakeholders.nominations.domain import (
    ActsForNobody,
    AlreadyNominated,
    Candidacy,
    check_not_standing,
    check_role,
)
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import STANDING
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.domain import EmailChoice, Known, recognise
from services.stakeholders.people.models import Person
from services.stakeholders.quotas.models import OrganisationQuota, PanelQuota
from services.stakeholders.quotas.quota import NoQuota, Quota


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


class _Counted(Struct, frozen=True):
    """What counts, seen after the lock: what stands, the limits, and who is known by the address."""

    standing: list[Candidacy]
    panel_limits: dict[UUID, int]
    known: list[Known]


async def submit_nomination(
    session: AsyncSession, principal: Principal, call_id: UUID, command: SubmitNomination, now: datetime
) -> Nomination:
    if principal.organisation_id is None:
        raise ActsForNobody
    email = command.email.casefold()
    row = await _lock_quota(session, principal, call_id, command.panel_id, email)
    call, edition, organisation, panel = row.Call, row.KnownEdition, row.Organisation, row.KnownPanel
    counted = await _count(session, principal, call_id, email)

    opening_of(call, edition).admit(now)
    if panel is None:
        raise NoSuchPanel(pointer="/panel_id", panel=str(command.panel_id))
    check_role(command.seat_role, convert(panel.seats, list[Seat]))
    known_as = recognise(email, command.full_name, counted.known, command.email_choice)
    if known_as is not None:
        check_not_standing(Candidacy(panel.id, known_as), counted.standing)
    standing = Counter(candidacy.panel_id for candidacy in counted.standing)
    Quota(row.OrganisationQuota.limit, counted.panel_limits, standing).admit(panel.id)

    nomination = Nomination(
        tenant_id=principal.tenant_id,
        call_id=call.id,
        edition_id=call.edition_id,
        panel_id=panel.id,
        organisation_id=organisation.id,
        person_id=known_as or await _add_person(session, command, email, organisation),
        seat_role=command.seat_role,
        state="submitted",
        note=command.note,
        availability=[],
        submitted_at=now,
        changed_at=now,
    )
    session.add(nomination)
    await flush_unless(session, AlreadyNominated(pointer="/email"))
    publish(session, nomination.fact(), now)
    record(session, principal, "nominations.submit", nomination.id, now, state=nomination.state)
    return nomination


def _rows(query: Select[*tuple[Any, ...]]) -> ScalarSelect[Any]:
    """Return a query as one value: its rows as a list of JSON objects."""
    each = query.subquery("each").table_valued()
    return select(type_coerce(func.coalesce(func.json_agg(each), func.json_build_array()), JSON)).scalar_subquery()


# Both statements are built once: building them anew for each nomination took longer than running them.
_TENANT, _CALL, _ORGANISATION, _PANEL, _EMAIL, _ADDRESS = (
    bindparam(name, type_=kind)
    for name, kind in (
        *(("tenant_id", Uuid()), ("call_id", Uuid()), ("organisation_id", Uuid()), ("panel_id", Uuid())),
        *(("email", Text()), ("address", Text())),
    )
)
_LOCKED = (
    select(
        *(Call, KnownEdition, Organisation, OrganisationQuota, KnownPanel),
        func.pg_advisory_xact_lock(func.hashtextextended(_ADDRESS, 0)),
    )
    .select_from(OrganisationQuota)
    .join(Call, (Call.tenant_id == _TENANT) & (Call.id == OrganisationQuota.call_id))
    .join(KnownEdition, (KnownEdition.tenant_id == _TENANT) & (KnownEdition.id == Call.edition_id))
    .join(Organisation, (Organisation.tenant_id == _TENANT) & (Organisation.id == OrganisationQuota.organisation_id))
    .outerjoin(
        KnownPanel,
        (KnownPanel.tenant_id == _TENANT)
        & (KnownPanel.edition_id == Call.edition_id)
        & (KnownPanel.id == _PANEL)
        & ~KnownPanel.removed,
    )
    .where(
        OrganisationQuota.tenant_id == _TENANT,
        OrganisationQuota.call_id == _CALL,
        OrganisationQuota.organisation_id == _ORGANISATION,
    )
    .with_for_update(key_share=True, of=OrganisationQuota)
)
_OWN = Nomination.organisation_id == _ORGANISATION
_STANDING = select(Nomination.panel_id, Nomination.person_id).where(
    Nomination.tenant_id == _TENANT, Nomination.call_id == _CALL, _OWN, Nomination.state.in_(STANDING)
)
_OF_PERSON = (Nomination.tenant_id == Person.tenant_id) & (Nomination.person_id == Person.id)
_KNOWN = select(
    *(Person.id, Person.full_name, Person.name_folded),
    select(Nomination.id).where(_OF_PERSON, _OWN).correlate(Person).exists().label("own"),
).where(Person.tenant_id == _TENANT, Person.email == _EMAIL)
_LIMITS = (
    select(PanelQuota.panel_id, PanelQuota.limit)
    .join(
        OrganisationQuota,
        (OrganisationQuota.tenant_id == PanelQuota.tenant_id) & (OrganisationQuota.id == PanelQuota.quota_id),
    )
    .where(
        OrganisationQuota.tenant_id == _TENANT,
        OrganisationQuota.call_id == _CALL,
        OrganisationQuota.organisation_id == _ORGANISATION,
    )
)
_COUNTED = select(_rows(_STANDING), _rows(_KNOWN), _rows(_LIMITS))


async def _lock_quota(
    session: AsyncSession, principal: Principal, call_id: UUID, panel_id: UUID, email: str
) -> Row[*tuple[Call, KnownEdition, Organisation, OrganisationQuota, KnownPanel | None, object]]:
    """Lock first, count after.

    The quota is locked, so that two do not both take its last place, and the address, so that two do not both think
    that nobody is known by it.
    """
    given = {"panel_id": panel_id, "address": f"{principal.tenant_id} {email}", **_own(principal, call_id)}
    row = (await session.execute(_LOCKED, given)).one_or_none()
    if row is not None:
        return row
    if await session.scalar(select(Call.id).filter_by(tenant_id=principal.tenant_id, id=call_id)) is None:
        raise NoSuch(what="call", id=call_id)
    raise NoQuota


async def _count(session: AsyncSession, principal: Principal, call_id: UUID, email: str) -> _Counted:
    """See, in one statement, what may have been committed while we waited for the lock."""
    standing, known, limits = (await session.execute(_COUNTED, {"email": email, **_own(principal, call_id)})).one()
    return _Counted(
        standing=convert(standing, list[Candidacy]),
        known=convert(known, list[Known]),
        panel_limits={UUID(each["panel_id"]): each["limit"] for each in limits},
    )


def _own(principal: Principal, call_id: UUID) -> dict[str, UUID | None]:
    return {
        "tenant_id": principal.tenant_id,
        "organisation_id": principal.organisation_id,
        "call_id": call_id,
    }


async def _add_person(session: AsyncSession, command: SubmitNomination, email: str, organisation: Organisation) -> UUID:
    """Keep who was nominated; an address that is known already was asked about before."""
    person = Person(
        tenant_id=organisation.tenant_id,
        full_name=" ".join(unicodedata.normalize("NFC", command.full_name).split()),
        name_folded=fold(command.full_name),
        email=email,
        title=normalise(command.title or {}),
        organisation=normalise(command.organisation or organisation.name),
        organisation_id=None if command.organisation else organisation.id,
        language=command.language,
    )
    session.add(person)
    await session.flush()
    return person.id
