"""Reading what an edition's programme stands on. For commands too, which lock what they change before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from services.scheduling.drafts.models import Draft, Placement
from services.scheduling.ground.domain import (
    Ground,
    GroundRelation,
    GroundRoom,
    GroundSession,
    GroundSpeaker,
    WallPlacement,
)
from services.scheduling.known.models import KnownEdition, KnownPanel, KnownSpeaker, matches
from services.scheduling.releases.models import Release
from services.scheduling.rooms.models import Room
from services.scheduling.sessions.models import ProgrammeSession, SessionRelation, shown_title, with_panel

_EDITION = ("starts_on", "ends_on", "timezone", "demonstration")


async def read_ground(session: AsyncSession, edition: str | UUID) -> Ground:
    """Read what a programme stands on, of an edition by slug or id, in one statement however large it is."""
    row = (await session.execute(select(*ground_columns()).where(matches(edition)))).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="edition", id=edition)
    return convert(dict(row), Ground)


async def read_stand(session: AsyncSession, draft_id: UUID) -> tuple[Ground, list[WallPlacement]]:
    """Read what a draft stands on and where it has its sessions, in one statement."""
    of_draft = (KnownEdition.tenant_id == Draft.tenant_id) & (KnownEdition.id == Draft.edition_id)
    query = select(*ground_columns(), placements_of_draft()).join(Draft, of_draft).where(Draft.id == draft_id)
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="draft", id=draft_id)
    return convert({**row}, Ground), convert(row["placements"], list[WallPlacement])


def ground_columns() -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a `Ground`, for a query over `KnownEdition`."""
    return (
        KnownEdition.id.label("edition_id"),
        KnownEdition.slug.label("edition"),
        *(KnownEdition.__table__.c[name] for name in _EDITION),
        _rooms().label("rooms"),
        _sessions().label("sessions"),
        _relations().label("relations"),
        _speakers().label("speakers"),
    )


def placements_of_draft() -> ColumnElement[Any]:
    """Return the column of a draft's placements, for a query over `Draft`."""
    placement = _object(WallPlacement, Placement)
    found = select(_list(placement, Placement.session_id)).where(
        Placement.tenant_id == Draft.tenant_id, Placement.draft_id == Draft.id
    )
    return found.correlate(Draft).scalar_subquery().label("placements")


def _rooms() -> ColumnElement[Any]:
    found = select(_list(_object(GroundRoom, Room), Room.capacity.desc(), Room.slug))
    return _of_edition(found.where(Room.tenant_id == KnownEdition.tenant_id, Room.edition_id == KnownEdition.id))


def _sessions() -> ColumnElement[Any]:
    programme_session = _object(GroundSession, ProgrammeSession, title=shown_title(), panel_ordinal=KnownPanel.ordinal)
    found = with_panel(select(_list(programme_session, ProgrammeSession.id)).select_from(ProgrammeSession))
    return _of_edition(
        found.where(
            ProgrammeSession.tenant_id == KnownEdition.tenant_id, ProgrammeSession.edition_id == KnownEdition.id
        )
    )


def _relations() -> ColumnElement[Any]:
    of_session = (ProgrammeSession.tenant_id == SessionRelation.tenant_id) & (
        ProgrammeSession.id == SessionRelation.session_id
    )
    found = select(_list(_object(GroundRelation, SessionRelation), SessionRelation.id)).join(
        ProgrammeSession, of_session
    )
    return _of_edition(
        found.where(
            ProgrammeSession.tenant_id == KnownEdition.tenant_id, ProgrammeSession.edition_id == KnownEdition.id
        )
    )


def _speakers() -> ColumnElement[Any]:
    found = select(_list(_object(GroundSpeaker, KnownSpeaker), KnownSpeaker.id)).where(
        KnownSpeaker.tenant_id == KnownEdition.tenant_id,
        KnownSpeaker.edition_id == KnownEdition.id,
        KnownSpeaker.confirmed,
    )
    return _of_edition(found)


def _object(struct: type[Struct], table: Any, **columns: Any) -> ColumnElement[Any]:
    """Return the JSON object of a struct's fields, from the table's columns of those names or from `columns`."""
    fields = [
        part for name in struct.__struct_fields__ for part in (name, columns.get(name, table.__table__.c.get(name)))
    ]
    return func.jsonb_build_object(*fields)


def _list(item: ColumnElement[Any], *order: Any) -> ColumnElement[Any]:
    return func.coalesce(func.jsonb_agg(aggregate_order_by(item, *order)), func.jsonb_build_array())


def _of_edition(query: Select[Any]) -> ColumnElement[Any]:
    return query.correlate(KnownEdition).scalar_subquery()


async def titles_of(session: AsyncSession, session_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the shown title of each of these sessions."""
    query = with_panel(select(ProgrammeSession.id, shown_title()).select_from(ProgrammeSession))
    rows = await session.execute(query.where(ProgrammeSession.id.in_(session_ids)).order_by(ProgrammeSession.id))
    return dict(rows.all())


async def last_release(session: AsyncSession, edition_id: UUID) -> Release | None:
    """Return what is public of an edition's programme."""
    found = select(Release).filter_by(edition_id=edition_id).order_by(Release.number.desc()).limit(1)
    release: Release | None = await session.scalar(found)
    return release
