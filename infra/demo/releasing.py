"""The year's end, in `scheduling`: rooms and sessions, a draft that is solved, signed by both, released."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from infra.demo.agreeing import Matter, agree
from infra.demo.journey import RoomSample, SessionSample
from infra.demo.stage import Stage
from infra.demo.year import Year
from libs.contracts.events import Window
from libs.identity import Principal
from services.portal.public.models import KnownRelease
from services.scheduling.approvals.commands import EFFECTS, propose_release
from services.scheduling.approvals.domain import RELEASE
from services.scheduling.drafts.commands.placing import CreateDraft, create_draft
from services.scheduling.drafts.commands.solving import AskForSolve, ask_for_solve
from services.scheduling.drafts.models import Draft, Placement, Solve
from services.scheduling.known.models import KnownEdition, KnownPanel, KnownSpeaker
from services.scheduling.releases.models import Release
from services.scheduling.rooms.commands import CreateRoom, create_room
from services.scheduling.rooms.models import Room
from services.scheduling.sessions.commands import CreateSession, RelateTo, create_session
from services.scheduling.sessions.models import ProgrammeSession


class DoesNotFit(Exception):
    """The samples cannot be scheduled: their files must be mended."""


async def release_programme(stage: Stage, year: Year, edition_id: UUID) -> None:
    """Bring the edition's programme to its first release, and wait until the public can see it."""
    panels = await _panels(stage, year, edition_id)
    await _make_rooms(stage, year, edition_id)
    await _make_sessions(stage, year, edition_id, panels)
    if not await _is_released(stage, year, edition_id):
        draft_id = await _draft(stage, year, edition_id)
        await _solve(stage, year, draft_id, edition_id)
        matter = Matter(
            service="scheduling",
            subject_id=draft_id,
            kind=RELEASE,
            effects=EFFECTS,
            proposed="released",
            signed="released",
        )
        await agree(stage, year, matter, partial(_propose, draft_id, year.cast.language))

    async def public(session: AsyncSession) -> bool | None:
        return True if await session.scalar(select(KnownRelease.id).filter_by(id=edition_id)) else None

    await stage.heard("portal", year.cast.tenant_id, public, f"the programme of {year.slug}")
    stage.say(f"{year.cast.slug}: the programme of {year.slug} signed by all co-organisers and released")


async def _is_released(stage: Stage, year: Year, edition_id: UUID) -> bool:
    async with stage.work("scheduling", year.cast.founder) as session:
        return await session.scalar(select(Release.id).filter_by(edition_id=edition_id)) is not None


async def _draft(stage: Stage, year: Year, edition_id: UUID) -> UUID:
    """Return the edition's latest draft, or begin one."""
    principal = year.cast.programme_manager
    async with stage.work("scheduling", principal) as session:
        latest = select(Draft.id).filter_by(edition_id=edition_id).order_by(Draft.id.desc()).limit(1)
        draft_id: UUID | None = await session.scalar(latest)
        if draft_id is None:
            draft_id = (await create_draft(session, principal, CreateDraft(year.slug), year.at("scheduled"))).id
        return draft_id


async def _solve(stage: Stage, year: Year, draft_id: UUID, edition_id: UUID) -> None:
    """Let the solver place every session, unless it has done so before."""
    if not await _unplaced(stage, year, draft_id, edition_id):
        return
    principal = year.cast.programme_manager
    under_way = select(Solve.id).where(Solve.draft_id == draft_id, Solve.state.in_(("waiting", "running")))
    async with stage.work("scheduling", principal) as session:
        if await session.scalar(under_way) is None:
            await ask_for_solve(session, principal, draft_id, AskForSolve(), year.at("scheduled"))

    async def ended(session: AsyncSession) -> bool | None:
        return True if await session.scalar(under_way) is None else None

    await stage.heard("scheduling", year.cast.tenant_id, ended, f"the solver's end for {year.slug}")
    if unplaced := await _unplaced(stage, year, draft_id, edition_id):
        raise DoesNotFit(f"{year.slug}: {unplaced} sessions of the samples find no place")
    stage.say(f"{year.cast.slug}: the programme of {year.slug} scheduled")


async def _unplaced(stage: Stage, year: Year, draft_id: UUID, edition_id: UUID) -> int:
    async with stage.work("scheduling", year.cast.founder) as session:
        wanted = select(func.count()).select_from(ProgrammeSession).filter_by(edition_id=edition_id)
        placed = select(func.count()).select_from(Placement).filter_by(draft_id=draft_id)
        return (await session.scalar(wanted) or 0) - (await session.scalar(placed) or 0)


async def _propose(draft_id: UUID, language: str, session: AsyncSession, principal: Principal, now: datetime) -> None:
    await propose_release(session, principal, draft_id, language, now)


async def _panels(stage: Stage, year: Year, edition_id: UUID) -> dict[int, UUID]:
    """Return the panels by their number, as soon as all speakers are known here, and the edition with them."""
    expected = len(year.samples.journey.nominations)

    async def ready(session: AsyncSession) -> dict[int, UUID] | None:
        if await session.scalar(select(KnownEdition.id).filter_by(id=edition_id)) is None:
            return None
        speaking = select(func.count()).select_from(KnownSpeaker).filter_by(edition_id=edition_id, confirmed=True)
        if (await session.scalar(speaking) or 0) < expected:
            return None
        panels = select(KnownPanel.ordinal, KnownPanel.id).filter_by(edition_id=edition_id, removed=False)
        return dict((await session.execute(panels)).all())

    return await stage.heard("scheduling", year.cast.tenant_id, ready, f"the speakers of {year.slug}")


async def _make_rooms(stage: Stage, year: Year, edition_id: UUID) -> None:
    """Make the rooms that the cloning has not brought along."""
    principal = year.cast.programme_manager
    async with stage.work("scheduling", principal) as session:
        known = set(await session.scalars(select(Room.slug).filter_by(edition_id=edition_id)))
        for sample in year.samples.journey.rooms:
            if sample.slug not in known:
                await create_room(session, principal, _room(year, sample), year.at("scheduled"))


async def _make_sessions(stage: Stage, year: Year, edition_id: UUID, panels: dict[int, UUID]) -> None:
    """Make the sessions that the cloning has not brought along, in the order of the samples."""
    principal = year.cast.programme_manager
    async with stage.work("scheduling", principal) as session:
        known = set(await session.scalars(select(ProgrammeSession.slug).filter_by(edition_id=edition_id)))
        for sample in year.samples.journey.sessions:
            if sample.slug not in known:
                await create_session(session, principal, _session(year, sample, panels), year.at("scheduled"))


def _room(year: Year, sample: RoomSample) -> CreateRoom:
    return CreateRoom(
        edition=year.slug,
        slug=sample.slug,
        name=sample.name.text,
        capacity=sample.capacity,
        turnover=sample.turnover,
        opening=tuple(Window(*hours.on(year.first_day)) for hours in sample.open),
    )


def _session(year: Year, sample: SessionSample, panels: dict[int, UUID]) -> CreateSession:
    return CreateSession(
        edition=year.slug,
        slug=sample.slug,
        kind=sample.kind,
        duration=sample.minutes,
        title=sample.title.text if sample.title else None,
        panel_id=panels[sample.panel] if sample.panel else None,
        plenary=sample.plenary,
        expected_audience=sample.audience,
        allowed=tuple(Window(*hours.on(year.first_day)) for hours in sample.allowed),
        relations=(
            *(RelateTo(kind="after", session=other) for other in sample.after),
            *(RelateTo(kind="same_day", session=other) for other in sample.same_day),
        ),
    )
