"""Copying rooms, sessions and how sessions stand to each other, when an edition is made from another.

Hours move by the shift in days, at the same time of day; sessions of panels become those of the new panels. Drafts,
releases and signatures stay where they are (E6).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, DateTime, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import NOT_COPIED, CloneStepDone, EditionCloned, Origin
from libs.db.copying import copy_rows, to_be_copied
from libs.messaging.envelopes import Envelope
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Subscriptions
from services.scheduling.rooms.models import Room
from services.scheduling.sessions.models import ProgrammeSession, SessionRelation

subscriptions = Subscriptions()
_SERVICE = "scheduling"


@subscriptions.effect(EditionCloned)
async def copy_programme(session: AsyncSession, event: EditionCloned, envelope: Envelope) -> None:
    """Copy what was asked for and report it."""
    rooms: list[Origin] = []
    if "rooms" in event.carried:
        hours = Room.__table__.c
        rooms = await copy_rows(
            session,
            Room,
            to_be_copied(await _ids(session, Room, event.origin_id)),
            edition_id=event.id,
            version=1,
            opening=_shifted(hours.opening, event.shift_days),
            blocked=_shifted(hours.blocked, event.shift_days),
        )
    sessions: list[Origin] = []
    relations: list[Origin] = []
    if "sessions" in event.carried:
        sessions = await _copy_sessions(session, event)
        relations = await _copy_relations(session, sessions)
    counts = {"rooms": len(rooms), "sessions": len(sessions), "relations": len(relations)}
    publish(session, _done(event, counts), envelope.occurred_at)


@subscriptions.given_up(EditionCloned)
async def report_failure(session: AsyncSession, event: EditionCloned, envelope: Envelope) -> None:
    publish(session, _done(event, {}, failed=NOT_COPIED), envelope.occurred_at)


def _done(event: EditionCloned, counts: dict[str, int], *, failed: str = "") -> CloneStepDone:
    return CloneStepDone(
        tenant_id=event.tenant_id,
        id=uuid5(event.id, _SERVICE),
        version=1,
        edition_id=event.id,
        service=_SERVICE,
        counts=counts,
        failed=failed,
    )


async def _copy_sessions(session: AsyncSession, event: EditionCloned) -> list[Origin]:
    """Copy sessions without a panel as they are, those of a panel with the panel that was copied."""
    allowed = _shifted(ProgrammeSession.__table__.c.allowed, event.shift_days)
    copied: list[Origin] = []
    for of_panels in (False, True):
        ids = await _ids(session, ProgrammeSession, event.origin_id, ProgrammeSession.panel_id.is_(None) != of_panels)
        copied += await copy_rows(
            session,
            ProgrammeSession,
            to_be_copied(ids),
            follow={"panel_id": event.panels} if of_panels else None,
            edition_id=event.id,
            version=1,
            allowed=allowed,
        )
    return copied


async def _copy_relations(session: AsyncSession, sessions: Sequence[Origin]) -> list[Origin]:
    between = SessionRelation.session_id.in_([pair.origin_id for pair in sessions])
    ids = (await session.scalars(select(SessionRelation.id).where(between).order_by(SessionRelation.id))).all()
    follow = {"session_id": sessions, "other_id": sessions}
    return await copy_rows(session, SessionRelation, to_be_copied(ids), follow=follow)


async def _ids(
    session: AsyncSession, table: type[Room | ProgrammeSession], edition_id: UUID, *conditions: ColumnElement[bool]
) -> Sequence[UUID]:
    rows = select(table.id).where(table.edition_id == edition_id, *conditions).order_by(table.id)
    return (await session.scalars(rows)).all()


def _shifted(windows: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    """Return the expression, over a column of kept hours, for the same hours some days later."""
    window = func.jsonb_array_elements(windows).table_valued("value", name="hours")
    moved = [
        part
        for name in ("starts_at", "ends_at")
        for part in (
            name,
            func.to_char(
                cast(window.c.value.op("->>")(name), DateTime) + timedelta(days=days), 'YYYY-MM-DD"T"HH24:MI:SS'
            ),
        )
    ]
    shifted = func.coalesce(func.jsonb_agg(func.jsonb_build_object(*moved)), func.jsonb_build_array())
    return select(shifted).select_from(window).correlate(windows.table).scalar_subquery()
