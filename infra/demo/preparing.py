"""The year's first half, in `editions`: cloned from the last edition, given seats, announced, its theme signed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from infra.demo.stage import Stage
from infra.demo.year import Year
from libs.approvals.commands import Sign, sign
from libs.approvals.queries import ApprovalView, list_approvals
from libs.i18n.text import normalise
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
    edition = await _read(stage, year)
    if edition is not None and not edition.announced:
        said = Announcement(
            starts_on=edition.starts_on, ends_on=edition.ends_on, city=edition.city, region=edition.region
        )
        await _agree(stage, year, edition_id, ProposeAnnouncement(said), ANNOUNCEMENT, "announced", "announced")
        stage.say(f"{year.cast.slug}: edition {year.slug} announced by all co-organisers")
    theme = normalise(year.samples.journey.theme.text)
    if edition is not None and edition.theme != theme:
        await _agree(stage, year, edition_id, ProposeTheme(Theme(theme)), THEME, "theme_proposed", "theme_signed")
        stage.say(f"{year.cast.slug}: the theme of {year.slug} signed by all co-organisers")
    return edition_id


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


async def _agree(  # noqa: PLR0913, PLR0917 (what is agreed, and when)
    stage: Stage, year: Year, edition_id: UUID, proposal: Propose, kind: str, proposed: str, signed: str
) -> None:
    """Let the last co-organiser propose and sign, and then the others in the order of protocol."""
    *others, proposer = year.cast.co_organisers
    async with stage.work("editions", proposer) as session:
        if await _open(session, edition_id, kind) is None:
            await propose_change(session, proposer, str(edition_id), proposal, year.at(proposed))
    for principal, step in ((proposer, proposed), *((other, signed) for other in others)):
        async with stage.work("editions", principal) as session:
            approval = await _open(session, edition_id, kind)
            if approval is not None and principal.organisation_id in approval.waiting:
                await sign(session, principal, approval.id, Sign(approval.sha256), year.at(step), EFFECTS[kind])


async def _open(session: AsyncSession, edition_id: UUID, kind: str) -> ApprovalView | None:
    found = await list_approvals(session, [edition_id], [kind])
    return next((approval for approval in found if approval.state == "open"), None)
