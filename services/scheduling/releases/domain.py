"""From a signed draft to the next numbered programme, and what it changes. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from libs.contracts.programme import (
    ChangeKind,
    Programme,
    ProgrammeChange,
    ReleasedRoom,
    ReleasedSession,
    ReleasedSpeaker,
)
from libs.i18n.text import pick
from libs.zones import local
from services.scheduling.ground.domain import Ground, GroundSession, WallPlacement


class Issue(Struct, frozen=True, kw_only=True):
    """Which release of whose day, and when it was made."""

    tenant: str
    number: int
    released_at: datetime


def next_programme(ground: Ground, placements: list[WallPlacement], last: Programme | None, issue: Issue) -> Programme:
    """Return the programme to be published: what is placed, and what was public before and is no longer, as cancelled.

    A session's `sequence` grows with each release that changed it (RFC 5545, 3.8.7.4).
    """
    former = {each.id: each for each in last.sessions} if last else {}
    rooms = {room.id: room.name for room in last.rooms} if last else {}
    rooms |= {room.id: room.name for room in ground.rooms}
    present = _present(ground, placements)
    sessions: list[ReleasedSession] = []
    changes: list[ProgrammeChange] = []
    for session in present:
        found = list(_changes(former.get(session.id), session, rooms)) if last else []
        before = former.get(session.id)
        sequence = 0 if before is None else before.sequence + bool(found)
        sessions.append(replace(session, sequence=sequence))
        changes += found
    placed = {session.id for session in present}
    for session in former.values():
        if session.id not in placed:
            gone = session if session.cancelled else replace(session, cancelled=True, sequence=session.sequence + 1)
            sessions.append(gone)
            if not session.cancelled:
                changes.append(ProgrammeChange(kind="cancelled", session_id=session.id, title=session.title))
    return Programme(
        tenant=issue.tenant,
        edition_id=ground.edition_id,
        edition=ground.edition,
        number=issue.number,
        released_at=issue.released_at,
        timezone=ground.timezone,
        demonstration=ground.demonstration,
        days=ground.dates,
        rooms=_rooms(ground, sessions, last),
        sessions=tuple(sorted(sessions, key=lambda each: (each.starts_at, each.id))),
        changes=tuple(changes),
    )


def _present(ground: Ground, placements: list[WallPlacement]) -> list[ReleasedSession]:
    sessions = {session.id: session for session in ground.sessions}
    ordered = sorted(placements, key=lambda each: (each.starts_at, each.session_id))
    return [_session(ground, sessions[each.session_id], each) for each in ordered]


def _session(ground: Ground, session: GroundSession, placement: WallPlacement) -> ReleasedSession:
    problem = ground.problem()
    day = problem.day_of(problem.minute(placement.starts_at)) or 0
    return ReleasedSession(
        id=session.id,
        slug=session.slug,
        kind=session.kind,
        title=session.title,
        day=ground.starts_on + timedelta(days=day),
        starts_at=local(placement.starts_at, ground.timezone),
        ends_at=local(placement.starts_at + timedelta(minutes=session.duration), ground.timezone),
        room_id=placement.room_id,
        plenary=session.plenary,
        panel_id=session.panel_id,
        panel_ordinal=session.panel_ordinal,
        speakers=tuple(
            ReleasedSpeaker(
                person_id=each.person_id,
                name=each.name,
                title=each.title,
                organisation=each.organisation,
                role=each.seat_role,
            )
            for each in ground.speakers_of(session)
        ),
    )


def _rooms(ground: Ground, sessions: list[ReleasedSession], last: Programme | None) -> tuple[ReleasedRoom, ...]:
    """Return the rooms that the programme shows, the largest first; one that is gone is as it was."""
    known = {room.id: room for room in last.rooms} if last else {}
    known |= {room.id: ReleasedRoom(id=room.id, name=room.name, capacity=room.capacity) for room in ground.rooms}
    shown = {session.room_id for session in sessions}
    return tuple(
        sorted((room for room in known.values() if room.id in shown), key=lambda room: (-room.capacity, room.id))
    )


def _changes(
    before: ReleasedSession | None, after: ReleasedSession, rooms: dict[UUID, dict[str, str]]
) -> Iterator[ProgrammeChange]:
    """Tell what became of a session, each change with what it was and what it is, times in the edition's own."""

    def change(kind: ChangeKind, was: str = "", is_now: str = "") -> ProgrammeChange:
        return ProgrammeChange(kind=kind, session_id=after.id, title=after.title, before=was, after=is_now)

    if before is None or before.cancelled:
        yield change("new")
        return
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        yield change("moved", _span(before), _span(after))
    if before.room_id != after.room_id:
        yield change("room", *(pick(rooms[each.room_id], "") if each.room_id else "" for each in (before, after)))
    if before.title != after.title:
        yield change("retitled", pick(before.title, ""), pick(after.title, ""))
    if _cast(before) != _cast(after):
        yield change("speakers", *(", ".join(each.name for each in one.speakers) for one in (before, after)))


def _span(session: ReleasedSession) -> str:
    """Return an interval of local times (ISO 8601), each with its offset."""
    return f"{session.starts_at.isoformat(timespec='minutes')}/{session.ends_at.isoformat(timespec='minutes')}"


def _cast(session: ReleasedSession) -> list[tuple[object, str]]:
    return [(speaker.person_id, speaker.role) for speaker in session.speakers]
