"""Sessions as they are read: SELECT straight into structs."""

from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import ColumnElement, RowMapping, Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Window
from libs.contracts.programme import SeatRole, SessionKind
from libs.errors import NoSuch
from services.scheduling.hours import outwards
from services.scheduling.known.models import KnownEdition, KnownPanel, KnownSpeaker, matches
from services.scheduling.sessions.domain import THE_OTHER_WAY, SaidRelation
from services.scheduling.sessions.models import ProgrammeSession, SessionRelation, shown_title, with_panel


class RelationView(Struct, frozen=True, kw_only=True):
    """The session is `kind` the session `session_id`; not binding, it is a wish."""

    kind: SaidRelation
    session_id: UUID
    binding: bool


class SessionSpeaker(Struct, frozen=True, kw_only=True):
    """A confirmed speaker of the session's panel; without `availability` they can be there at any time."""

    person_id: UUID
    name: str
    role: SeatRole
    availability: list[Window]


class SessionView(Struct, frozen=True, kw_only=True):
    """`duration` is in minutes; `title` is the session's own or else its panel's."""

    id: UUID
    version: int
    edition_id: UUID
    edition: str
    slug: str
    kind: SessionKind
    title: dict[str, str]
    panel_id: UUID | None
    panel_ordinal: int | None
    plenary: bool
    duration: int
    expected_audience: int | None
    allowed: list[Window]
    relations: list[RelationView]
    speakers: list[SessionSpeaker]
    timezone: str
    origin_id: UUID | None


async def list_sessions(
    session: AsyncSession, edition: str, *, kinds: list[SessionKind] | None, after: UUID | None, limit: int
) -> list[SessionView]:
    """Return at most `limit` of an edition's sessions, in the order in which they were made."""
    query = _sessions().where(matches(edition)).order_by(ProgrammeSession.id).limit(limit)
    if kinds is not None:
        query = query.where(ProgrammeSession.kind.in_(kinds))
    if after is not None:
        query = query.where(ProgrammeSession.id > after)
    return [_view(row) for row in (await session.execute(query)).mappings()]


async def read_session(session: AsyncSession, session_id: UUID) -> SessionView:
    row = (await session.execute(_sessions().where(ProgrammeSession.id == session_id))).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="session", id=session_id)
    return _view(row)


def _sessions() -> Select[*tuple[Any, ...]]:
    own = [each for each in ProgrammeSession.__table__.columns if each.name not in {"tenant_id", "title"}]
    of_session = (KnownEdition.tenant_id == ProgrammeSession.tenant_id) & (
        KnownEdition.id == ProgrammeSession.edition_id
    )
    query = select(
        *own,
        shown_title().label("title"),
        KnownPanel.ordinal.label("panel_ordinal"),
        KnownEdition.slug.label("edition"),
        KnownEdition.timezone,
        _relations(),
        _speakers(),
    )
    return with_panel(query.select_from(ProgrammeSession).join(KnownEdition, of_session))


def _relations() -> ColumnElement[Any]:
    """Tell what is said of a session and others, as it is seen from this one."""
    outgoing = SessionRelation.session_id == ProgrammeSession.id
    turned = case(
        {kept: said for said, kept in THE_OTHER_WAY.items()}, value=SessionRelation.kind, else_=SessionRelation.kind
    )
    relation = func.jsonb_build_object(
        "kind",
        case((outgoing, SessionRelation.kind), else_=turned),
        "session_id",
        case((outgoing, SessionRelation.other_id), else_=SessionRelation.session_id),
        "binding",
        SessionRelation.binding,
    )
    return (
        select(func.coalesce(func.jsonb_agg(relation), func.jsonb_build_array()))
        .where(
            SessionRelation.tenant_id == ProgrammeSession.tenant_id,
            or_(outgoing, SessionRelation.other_id == ProgrammeSession.id),
        )
        .correlate(ProgrammeSession)
        .scalar_subquery()
        .label("relations")
    )


def _speakers() -> ColumnElement[Any]:
    speaker = func.jsonb_build_object(
        *("person_id", KnownSpeaker.person_id, "name", KnownSpeaker.name, "role", KnownSpeaker.seat_role),
        *("availability", KnownSpeaker.availability),
    )
    return (
        select(func.coalesce(func.jsonb_agg(speaker), func.jsonb_build_array()))
        .where(
            KnownSpeaker.tenant_id == ProgrammeSession.tenant_id,
            KnownSpeaker.panel_id == ProgrammeSession.panel_id,
            KnownSpeaker.confirmed,
        )
        .correlate(ProgrammeSession)
        .scalar_subquery()
        .label("speakers")
    )


def _view(row: RowMapping) -> SessionView:
    zone = row["timezone"]
    speakers = [{**each, "availability": outwards(each["availability"], zone)} for each in row["speakers"]]
    return convert({**row, "allowed": outwards(row["allowed"], zone), "speakers": speakers}, SessionView)
