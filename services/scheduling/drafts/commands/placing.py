"""Changes to drafts: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct, convert, structs
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Programme
from libs.errors import NoSuch
from libs.fields import Line
from libs.identity import Principal
from libs.journal.commands import record
from libs.web.conditional import IfMatch
from libs.zones import meant
from services.scheduling.approvals.commands import reopen_releases
from services.scheduling.drafts.domain import SolveRunning, check_on_the_days
from services.scheduling.drafts.models import Draft, Placement, Solve
from services.scheduling.ground.domain import Ground, WallPlacement
from services.scheduling.ground.queries import last_release, read_ground
from services.scheduling.known.queries import known_edition
from services.scheduling.rooms.models import Room
from services.scheduling.sessions.models import ProgrammeSession


class CreateDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """`edition` is a slug or an id."""

    edition: Line


class PlaceSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`starts_at` is wall time; with an offset it is read as that moment there."""

    room_id: UUID
    starts_at: datetime


async def create_draft(session: AsyncSession, principal: Principal, command: CreateDraft, now: datetime) -> Draft:
    """Begin where the last release stands, with what of its rooms and sessions is still there; else with nothing."""
    ground = await read_ground(session, command.edition)
    draft = Draft(tenant_id=principal.tenant_id, edition_id=ground.edition_id, created_at=now, changed_at=now)
    session.add(draft)
    await session.flush()
    await put_all(session, draft, await _last_placements(session, ground))
    record(session, principal, "drafts.create", draft.id, now)
    return draft


async def place_session(  # noqa: PLR0913, PLR0917 (the slice's four, the placement, the version it was made from)
    session: AsyncSession,
    principal: Principal,
    key: tuple[UUID, UUID],
    command: PlaceSession,
    if_match: IfMatch,
    now: datetime,
) -> Draft:
    """Put a session (`key`: draft and session) at a time in a room; what it breaks is shown, and not forbidden."""
    draft_id, session_id = key
    draft = await _lock_to_change(session, draft_id, if_match)
    edition = await known_edition(session, draft.edition_id)
    starts_at = meant(command.starts_at, edition.timezone, pointer="/starts_at")
    check_on_the_days(starts_at, edition.starts_on, edition.ends_on)
    await _keep_there(session, edition.id, session_id, command.room_id)
    row = insert(Placement).values(
        tenant_id=draft.tenant_id,
        draft_id=draft.id,
        session_id=session_id,
        room_id=command.room_id,
        starts_at=starts_at,
    )
    moved = {name: row.excluded[name] for name in ("room_id", "starts_at")}
    key_columns = [Placement.tenant_id, Placement.draft_id, Placement.session_id]
    await session.execute(row.on_conflict_do_update(index_elements=key_columns, set_=moved))
    return await _changed(session, principal, draft, "drafts.place", now)


async def unplace_session(
    session: AsyncSession, principal: Principal, key: tuple[UUID, UUID], if_match: IfMatch, now: datetime
) -> Draft:
    """Take a session (`key`: draft and session) off the draft."""
    draft_id, session_id = key
    draft = await _lock_to_change(session, draft_id, if_match)
    taken = delete(Placement).filter_by(draft_id=draft.id, session_id=session_id).returning(Placement.session_id)
    if await session.scalar(taken) is None:
        raise NoSuch(what="placement", id=session_id)
    return await _changed(session, principal, draft, "drafts.unplace", now)


async def lock_draft(session: AsyncSession, draft_id: UUID) -> Draft:
    draft: Draft | None = await session.scalar(select(Draft).filter_by(id=draft_id).with_for_update())
    if draft is None:
        raise NoSuch(what="draft", id=draft_id)
    return draft


async def put_all(session: AsyncSession, draft: Draft, placements: list[WallPlacement]) -> None:
    """Put many sessions into a draft at once."""
    rows = [{"tenant_id": draft.tenant_id, "draft_id": draft.id, **structs.asdict(each)} for each in placements]
    if rows:
        await session.execute(insert(Placement), rows)


async def _last_placements(session: AsyncSession, ground: Ground) -> list[WallPlacement]:
    """Return where the last release has what is still to be scheduled, in rooms that are still there."""
    last = await last_release(session, ground.edition_id)
    if last is None:
        return []
    rooms, sessions = {room.id for room in ground.rooms}, {each.id for each in ground.sessions}
    return [
        WallPlacement(session_id=each.id, room_id=each.room_id, starts_at=each.starts_at.replace(tzinfo=None))
        for each in convert(last.programme, Programme).sessions
        if each.room_id in rooms and each.id in sessions and not each.cancelled
    ]


async def _lock_to_change(session: AsyncSession, draft_id: UUID, if_match: IfMatch) -> Draft:
    """Lock a draft for a change by hand, which the solver would undo if it were at work on it."""
    solving = exists().where(
        Solve.tenant_id == Draft.tenant_id, Solve.draft_id == Draft.id, Solve.state.in_(("waiting", "running"))
    )
    found = await session.execute(select(Draft, solving).where(Draft.id == draft_id).with_for_update(of=Draft))
    row = found.one_or_none()
    if row is None:
        raise NoSuch(what="draft", id=draft_id)
    draft, is_solving = row
    if_match.check(draft.version)
    if is_solving:
        raise SolveRunning
    return draft


async def _keep_there(session: AsyncSession, edition_id: UUID, session_id: UUID, room_id: UUID) -> None:
    """Hold a session and a room of the edition, so that nobody deletes them meanwhile; raise which is not there."""
    same_edition = (Room.tenant_id == ProgrammeSession.tenant_id) & (Room.edition_id == ProgrammeSession.edition_id)
    of_edition = (ProgrammeSession.id == session_id) & (ProgrammeSession.edition_id == edition_id)
    both = select(ProgrammeSession.id).join(Room, same_edition).where(of_edition, Room.id == room_id)
    if await session.scalar(both.with_for_update(key_share=True, read=True)) is not None:
        return
    if await session.scalar(select(ProgrammeSession.id).where(of_edition)) is None:
        raise NoSuch(what="session", id=session_id)
    raise NoSuch(what="room", id=room_id, pointer="/room_id")


async def _changed(session: AsyncSession, principal: Principal, draft: Draft, act: str, now: datetime) -> Draft:
    """Count the change; an open approval of this draft is opened anew for all who must sign."""
    draft.changed_at = now
    await session.flush()
    await reopen_releases(session, principal, draft.edition_id, now)
    record(session, principal, act, draft.id, now, version=draft.version)
    return draft
