"""Reading nominations: SELECT straight into structs; a list, which may be long, straight into JSON."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, structs
from sqlalchemy import JSON, ColumnElement, Integer, Uuid, any_, bindparam, func, select
from sqlalchemy import Text as Words
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import NominationState
from libs.contracts.programme import SeatRole
from libs.db.straight import Straight
from libs.db.written import Written, instant, writing, written
from libs.errors import NoSuch
from libs.i18n.folding import fold
from libs.i18n.text import Text
from libs.identity import Principal
from services.stakeholders.calls.models import Call
from services.stakeholders.invitations.models import Invitation
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.models import Person
from services.stakeholders.reach import sees_all, within_reach


class Nominee(Struct, frozen=True, kw_only=True):
    id: UUID
    full_name: str
    email: str
    title: Text
    organisation: Text


class NominationView(Struct, frozen=True, kw_only=True):
    """`organisation` nominated; where the person works is said in `person`."""

    id: UUID
    version: int
    call_id: UUID
    edition_id: UUID
    panel_id: UUID
    organisation_id: UUID
    organisation: Text
    acronym: str
    person: Nominee
    seat_role: SeatRole
    seat_id: UUID | None
    state: NominationState
    note: str
    invitation_id: UUID | None
    submitted_at: datetime
    changed_at: datetime


class NominationFilters(Struct, frozen=True, kw_only=True):
    """Repeated values of one field mean any of them; `full_name` is found however it is spelt."""

    state: list[NominationState] | None = None
    panel_id: list[UUID] | None = None
    organisation_id: list[UUID] | None = None
    person_id: list[UUID] | None = None
    seat_role: list[SeatRole] | None = None
    full_name: str | None = None


_COLUMNS = (
    "id",
    "version",
    "call_id",
    "edition_id",
    "panel_id",
    "organisation_id",
    "seat_role",
    "seat_id",
    "state",
    "note",
)
_NOMINEE = [part for name in Nominee.__struct_fields__ for part in (name, Person.__table__.c[name])]
_NOMINATIONS = (
    select(
        *(Nomination.__table__.c[name] for name in _COLUMNS),
        *(instant(Nomination.submitted_at), instant(Nomination.changed_at)),
        *(Organisation.name.label("organisation"), Organisation.acronym, Invitation.id.label("invitation_id")),
        func.json_build_object(*_NOMINEE, type_=JSON).label("person"),
    )
    .select_from(Nomination)
    .join(
        Organisation,
        (Organisation.tenant_id == Nomination.tenant_id) & (Organisation.id == Nomination.organisation_id),
    )
    .join(Person, (Person.tenant_id == Nomination.tenant_id) & (Person.id == Nomination.person_id))
    .outerjoin(Invitation, (Invitation.tenant_id == Nomination.tenant_id) & (Invitation.nomination_id == Nomination.id))
)


# Which filters there are: each a column that is one of the values given, or a condition of its own.
_AMONG = ("state", "panel_id", "organisation_id", "person_id", "seat_role")
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    name: getattr(Nomination, name) == any_(bindparam(name, type_=ARRAY(Nomination.__table__.c[name].type)))
    for name in _AMONG
} | {
    "full_name": func.strpos(Person.name_folded, bindparam("full_name", type_=Words())) > 0,
    "after": Nomination.id > bindparam("after", type_=Uuid()),
    "reach": Nomination.organisation_id == bindparam("reach", type_=Uuid()),
}


@cache
def _listing(conditions: frozenset[str]) -> Straight:
    """Return the statement of a list with these conditions: compiled once for each set of them that is asked for."""
    return writing(
        _NOMINATIONS.where(
            Nomination.tenant_id == bindparam("tenant_id", type_=Uuid()),
            Nomination.call_id == bindparam("call_id", type_=Uuid()),
            *(_CONDITIONS[name] for name in sorted(conditions)),
        )
        .order_by(Nomination.id)
        .limit(bindparam("limit", type_=Integer()))
    )


async def list_nominations(  # noqa: PLR0913 (filters and the page)
    session: AsyncSession,
    principal: Principal,
    call_id: UUID,
    filters: NominationFilters,
    *,
    after: UUID | None,
    limit: int,
) -> list[Written]:
    """Return at most `limit` of a call's nominations, in the order in which they came; to an organisation, its own."""
    wanted = {**structs.asdict(filters), "after": after}
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    if filters.full_name is not None:
        given["full_name"] = fold(filters.full_name)
    if not sees_all(principal):
        given["reach"] = principal.organisation_id
    key = {"tenant_id": principal.tenant_id, "call_id": call_id}
    found = await written(session, _listing(frozenset(given)), **key, **given, limit=limit)
    if not found and await session.scalar(select(Call.id).filter_by(tenant_id=principal.tenant_id, id=call_id)) is None:
        raise NoSuch(what="call", id=call_id)
    return found


async def read_nomination(session: AsyncSession, principal: Principal, nomination_id: UUID) -> NominationView:
    query = _NOMINATIONS.where(
        Nomination.tenant_id == principal.tenant_id,
        Nomination.id == nomination_id,
        within_reach(principal, Nomination.organisation_id),
    )
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="nomination", id=nomination_id)
    return convert(dict(row), NominationView)
