"""What is seen before somebody is nominated: the quota locked first, what counts after.

Both statements are compiled once, and read no more than is decided on: thousands nominate on the last evening.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import ScalarSelect, Select, Text, Uuid, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Seat
from libs.db.straight import Straight
from libs.errors import NoSuch
from libs.i18n import text as texts
from libs.identity import Principal
from services.stakeholders.calls.domain import Opening
from services.stakeholders.calls.models import Call
from services.stakeholders.known.models import KnownEdition, KnownPanel
from services.stakeholders.nominations.domain import Candidacy
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import STANDING
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.domain import Known
from services.stakeholders.people.models import Person
from services.stakeholders.quotas.models import OrganisationQuota, PanelQuota
from services.stakeholders.quotas.quota import NoQuota


class Terms(Struct, frozen=True):
    """What an organisation nominates under; `seats` are the panel's, None where the edition has none such."""

    opening: Opening
    edition_id: UUID
    organisation: texts.Text
    limit: int
    seats: list[Seat] | None


class Counted(Struct, frozen=True):
    """What counts, seen after the lock: how much stands by panel, the limits by panel, who is known by the address.

    `candidacies` are those of the people known by the address.
    """

    standing: dict[UUID, int]
    panel_limits: dict[UUID, int]
    known: list[Known]
    candidacies: list[Candidacy]


def _rows(query: Select[*tuple[Any, ...]]) -> ScalarSelect[Any]:
    """Return a query as one value: its rows as a list of JSON objects."""
    each = query.subquery("each").table_valued()
    return select(func.coalesce(func.json_agg(each), func.json_build_array())).scalar_subquery()


_TENANT, _CALL, _ORGANISATION, _PANEL, _EMAIL, _ADDRESS = (
    bindparam(name, type_=kind)
    for name, kind in (
        *(("tenant_id", Uuid()), ("call_id", Uuid()), ("organisation_id", Uuid()), ("panel_id", Uuid())),
        *(("email", Text()), ("address", Text())),
    )
)
_LOCKED = Straight(
    select(
        *(Call.edition_id, Call.opens_at, Call.closes_at, Call.state, KnownEdition.timezone),
        *(Organisation.name, OrganisationQuota.limit, KnownPanel.seats),
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
_OF_PERSON = (Nomination.tenant_id == Person.tenant_id) & (Nomination.person_id == Person.id)
_STANDS = (
    (Nomination.tenant_id == _TENANT)
    & (Nomination.call_id == _CALL)
    & _OWN
    & Nomination.state.in_([literal_column(repr(state)) for state in sorted(STANDING)])
)
_STANDING = select(Nomination.panel_id, func.count().label("number")).where(_STANDS).group_by(Nomination.panel_id)
_CANDIDACIES = (
    select(Nomination.panel_id, Nomination.person_id)
    .join(Person, _OF_PERSON)
    .where(_STANDS, Person.tenant_id == _TENANT, Person.email == _EMAIL)
)
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
_COUNTED = Straight(select(*map(_rows, (_STANDING, _LIMITS, _KNOWN, _CANDIDACIES))))


async def lock_quota(session: AsyncSession, principal: Principal, call_id: UUID, panel_id: UUID, email: str) -> Terms:
    """Lock first, count after.

    The quota is locked, so that two do not both take its last place, and the address, so that two do not both think
    that nobody is known by it.
    """
    address = f"{principal.tenant_id} {email}"
    rows = await _LOCKED.rows(session, panel_id=panel_id, address=address, **_own(principal, call_id))
    if rows:
        [(edition_id, opens_at, closes_at, state, timezone, organisation, limit, seats, _)] = rows
        return Terms(
            opening=Opening(opens_at=opens_at, closes_at=closes_at, timezone=timezone, state=state),
            edition_id=edition_id,
            organisation=organisation,
            limit=limit,
            seats=convert(seats, list[Seat]) if seats is not None else None,
        )
    if await session.scalar(select(Call.id).filter_by(tenant_id=principal.tenant_id, id=call_id)) is None:
        raise NoSuch(what="call", id=call_id)
    raise NoQuota


async def count(session: AsyncSession, principal: Principal, call_id: UUID, email: str) -> Counted:
    """See, in one statement, what may have been committed while we waited for the lock."""
    [parts] = await _COUNTED.rows(session, email=email, **_own(principal, call_id))
    standing, limits, known, candidacies = parts
    return Counted(
        standing={UUID(each["panel_id"]): each["number"] for each in standing},
        panel_limits={UUID(each["panel_id"]): each["limit"] for each in limits},
        known=convert(known, list[Known]),
        candidacies=convert(candidacies, list[Candidacy]),
    )


def _own(principal: Principal, call_id: UUID) -> dict[str, UUID | None]:
    return {
        "tenant_id": principal.tenant_id,
        "organisation_id": principal.organisation_id,
        "call_id": call_id,
    }
