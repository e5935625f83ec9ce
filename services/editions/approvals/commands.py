"""Proposing what is protected of an edition, and what the last signature does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from msgspec import convert, to_builtins
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.commands import Change, Effect, propose
from libs.approvals.models import Approval
from libs.errors import NoSuch
from libs.i18n.text import normalise
from libs.identity import Principal
from libs.regions import require_region
from libs.tenants.queries import known_tenant
from services.editions.approvals.domain import (
    ANNOUNCEMENT,
    PANEL,
    THEME,
    Announcement,
    PanelTitle,
    Propose,
    ProposeAnnouncement,
    ProposePanel,
    ProposeTheme,
    Theme,
)
from services.editions.editions.commands import (
    ChangeEdition,
    lock_edition,
    set_particulars,
    tell_edition,
)
from services.editions.editions.domain import check_dates
from services.editions.editions.models import Edition
from services.editions.panels.commands import lock_panel, tell_panel
from services.editions.panels.models import Panel


async def propose_change(
    session: AsyncSession, principal: Principal, key: str, command: Propose, now: datetime
) -> Approval:
    """Put a protected change of an edition up for signature."""
    edition = await lock_edition(session, key)
    match command:
        case ProposeTheme(content=content):
            change = _change(THEME, edition.id, {"theme": edition.theme}, content)
        case ProposePanel(content=content):
            panel = await _panel_of(session, edition, content.panel_id)
            before = {"panel_id": str(panel.id), "title": panel.title}
            change = _change(PANEL, panel.id, before, content)
        case ProposeAnnouncement(content=content):
            await _check_announcement(session, edition, content, now)
            before = to_builtins(_standing(edition)) if edition.announced else {}
            change = _change(ANNOUNCEMENT, edition.id, before, content)
        case _:
            assert_never(command)
    return await propose(session, principal, change, now, EFFECTS[change.kind])


async def subjects_of(session: AsyncSession, edition_id: UUID) -> list[UUID]:
    """Return the ids under which an edition's approvals are kept: its own and its panels'."""
    return [edition_id, *await session.scalars(select(Panel.id).filter_by(edition_id=edition_id))]


async def _change_theme(session: AsyncSession, _: Principal, approval: Approval, now: datetime) -> None:
    edition = await lock_edition(session, approval.subject_id)
    edition.theme, edition.unofficial = convert(approval.content, Theme).theme, []
    await tell_edition(session, edition, now)


async def _change_panel(session: AsyncSession, _: Principal, approval: Approval, now: datetime) -> None:
    panel = await lock_panel(session, approval.subject_id)
    panel.title, panel.unofficial = convert(approval.content, PanelTitle).title, []
    await tell_panel(session, panel, now)


async def _announce(session: AsyncSession, _: Principal, approval: Approval, now: datetime) -> None:
    edition = await lock_edition(session, approval.subject_id)
    said = convert(approval.content, Announcement)
    particulars = ChangeEdition(starts_on=said.starts_on, ends_on=said.ends_on, city=said.city, region=said.region)
    set_particulars(edition, particulars, today=now.date(), country=(await known_tenant(session)).country)
    edition.announced = True
    await tell_edition(session, edition, now)


EFFECTS: Mapping[str, Effect] = {THEME: _change_theme, PANEL: _change_panel, ANNOUNCEMENT: _announce}


def _change(
    kind: str, subject_id: UUID, before: Mapping[str, Any], content: Theme | PanelTitle | Announcement
) -> Change:
    plain = to_builtins(content)
    proposed = {name: normalise(value) if isinstance(value, dict) else value for name, value in plain.items()}
    return Change(kind=kind, subject_id=subject_id, before=before, content=proposed)


def _standing(edition: Edition) -> Announcement:
    return Announcement(starts_on=edition.starts_on, ends_on=edition.ends_on, city=edition.city, region=edition.region)


async def _check_announcement(session: AsyncSession, edition: Edition, content: Announcement, now: datetime) -> None:
    if (content.starts_on, content.ends_on) != (edition.starts_on, edition.ends_on):
        check_dates(content.starts_on, content.ends_on, today=now.date())
    require_region((await known_tenant(session)).country, content.region, pointer="/content/region")


async def _panel_of(session: AsyncSession, edition: Edition, panel_id: UUID) -> Panel:
    panel = await session.scalar(select(Panel).filter_by(id=panel_id, edition_id=edition.id))
    if panel is None:
        raise NoSuch(what="panel", id=panel_id, pointer="/content/panel_id")
    return panel
