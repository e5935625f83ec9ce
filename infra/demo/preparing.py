"""The year's first half, in `editions`: cloned from the last edition, given seats, announced, its theme signed."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from infra.demo.agreeing import Matter, agree
from infra.demo.stage import Stage
from infra.demo.year import Year
from libs.i18n.text import normalise
from libs.identity import Principal
from libs.web.conditional import IfMatch
from services.editions.approvals.commands import EFFECTS, propose_change
from services.editions.approvals.domain import (
    ANNOUNCEMENT,
    THEME,
    Announcement,
    Propose,
    ProposeAnnouncement,
    ProposeTheme,
    Theme,
)
from services.editions.cloning.commands import CloneEdition, clone_edition
from services.editions.cloning.queries import CloningView, read_cloning
from services.editions.editions.models import Edition
from services.editions.panels.commands import ChangePanel, change_panel
from services.editions.panels.queries import PanelView, list_panels


async def prepare_edition(stage: Stage, year: Year) -> UUID:
    """Bring the year's edition from the clone to a signed theme; return its id."""
    edition_id = await _clone(stage, year)
    await _give_seats(stage, year, edition_id)
    await _announce(stage, year)
    await _change_theme(stage, year)
    return edition_id


async def _announce(stage: Stage, year: Year) -> None:
    edition = await _read(stage, year)
    if edition is None or edition.announced:
        return
    said = Announcement(starts_on=edition.starts_on, ends_on=edition.ends_on, city=edition.city, region=edition.region)
    await agree(
        stage,
        year,
        _matter(edition, ANNOUNCEMENT, "announced", "announced"),
        partial(_propose, edition, ProposeAnnouncement(said)),
    )
    stage.say(f"{year.cast.slug}: edition {year.slug} announced by all co-organisers")


async def _change_theme(stage: Stage, year: Year) -> None:
    edition, theme = await _read(stage, year), normalise(year.samples.journey.theme.text)
    if edition is None or edition.theme == theme:
        return
    matter = _matter(edition, THEME, "theme_proposed", "theme_signed")
    await agree(stage, year, matter, partial(_propose, edition, ProposeTheme(Theme(theme))))
    stage.say(f"{year.cast.slug}: the theme of {year.slug} signed by all co-organisers")


async def _propose(
    edition: Edition, command: Propose, session: AsyncSession, principal: Principal, now: datetime
) -> None:
    await propose_change(session, principal, str(edition.id), command, now)


def _matter(edition: Edition, kind: str, proposed: str, signed: str) -> Matter:
    return Matter(
        service="editions", subject_id=edition.id, kind=kind, effects=EFFECTS, proposed=proposed, signed=signed
    )


async def _read(stage: Stage, year: Year) -> Edition | None:
    async with stage.work("editions", year.cast.founder) as session:
        edition: Edition | None = await session.scalar(select(Edition).filter_by(slug=year.slug))
        return edition


async def _clone(stage: Stage, year: Year) -> UUID:
    """Clone the last edition, and wait until each service has copied its own share."""
    edition = await _read(stage, year)
    if edition is None:
        host = year.samples.journey.edition
        command = CloneEdition(
            clone_of=year.clone_of,
            slug=year.slug,
            starts_on=year.first_day,
            ends_on=year.last_day,
            city=host.city.text,
            region=host.region,
            demonstration=True,
        )
        principal = year.cast.co_organisers[0]
        async with stage.work("editions", principal) as session:
            edition = await clone_edition(session, principal, command, year.at("cloned"))
        stage.say(f"{year.cast.slug}: edition {year.slug} cloned from {year.clone_of}")
    edition_id = edition.id

    async def done(session: AsyncSession) -> CloningView | None:
        cloning = await read_cloning(session, edition_id)
        return cloning if cloning.done else None

    await stage.heard("editions", year.cast.tenant_id, done, f"the end of the cloning of {year.slug}")
    return edition_id


async def _give_seats(stage: Stage, year: Year, edition_id: UUID) -> None:
    """Seat the panels: those of an edition that was held are recorded without seats."""
    principal, seats = year.cast.co_organisers[0], year.samples.journey.seats
    async with stage.work("editions", principal) as session:
        panels: list[PanelView] = await list_panels(session, edition_id)
        for panel in panels:
            if len(panel.seats) < sum(seats.values()):
                await change_panel(
                    session, principal, panel.id, ChangePanel(seats=seats), IfMatch("*"), year.at("cloned")
                )
