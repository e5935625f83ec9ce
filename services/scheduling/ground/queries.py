"""Reading what an edition's programme stands on. For commands too, which lock what they change before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import convert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scheduling.drafts.models import Placement
from services.scheduling.ground.domain import (
    Ground,
    GroundRelation,
    GroundRoom,
    GroundSession,
    GroundSpeaker,
    WallPlacement,
)
from services.scheduling.known.models import KnownPanel, KnownSpeaker
from services.scheduling.known.queries import known_edition
from services.scheduling.releases.models import Release
from services.scheduling.rooms.models import Room
from services.scheduling.sessions.models import ProgrammeSession, SessionRelation, shown_title, with_panel


async def read_ground(session: AsyncSession, edition_id: UUID) -> Ground:
    """Read what an edition's programme stands on, in five statements however large it is."""
    edition = await known_edition(session, edition_id)
    rooms = await session.execute(
        select(*(Room.__table__.c[name] for name in GroundRoom.__struct_fields__))
        .where(Room.edition_id == edition_id)
        .order_by(Room.capacity.desc(), Room.slug)
    )
    own = [
        ProgrammeSession.__table__.c[name]
        for name in GroundSession.__struct_fields__
        if name not in {"title", "panel_ordinal"}
    ]
    titled = select(*own, shown_title().label("title"), KnownPanel.ordinal.label("panel_ordinal"))
    sessions = await session.execute(
        with_panel(titled.select_from(ProgrammeSession))
        .where(ProgrammeSession.edition_id == edition_id)
        .order_by(ProgrammeSession.id)
    )
    of_session = (ProgrammeSession.tenant_id == SessionRelation.tenant_id) & (
        ProgrammeSession.id == SessionRelation.session_id
    )
    relations = await session.execute(
        select(*(SessionRelation.__table__.c[name] for name in GroundRelation.__struct_fields__))
        .join(ProgrammeSession, of_session)
        .where(ProgrammeSession.edition_id == edition_id)
        .order_by(SessionRelation.id)
    )
    speakers = await session.execute(
        select(*(KnownSpeaker.__table__.c[name] for name in GroundSpeaker.__struct_fields__))
        .where(KnownSpeaker.edition_id == edition_id, KnownSpeaker.confirmed)
        .order_by(KnownSpeaker.id)
    )
    return Ground(
        edition_id=edition.id,
        edition=edition.slug,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        timezone=edition.timezone,
        demonstration=edition.demonstration,
        rooms=_rows(rooms, GroundRoom),
        sessions=_rows(sessions, GroundSession),
        relations=_rows(relations, GroundRelation),
        speakers=_rows(speakers, GroundSpeaker),
    )


async def read_placements(session: AsyncSession, draft_id: UUID) -> list[WallPlacement]:
    columns = (Placement.session_id, Placement.room_id, Placement.starts_at)
    rows = await session.execute(select(*columns).filter_by(draft_id=draft_id))
    return [WallPlacement(**row) for row in rows.mappings()]


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


def _rows(result: Any, kind: type[Any]) -> tuple[Any, ...]:
    return tuple(convert(dict(row), kind) for row in result.mappings())
