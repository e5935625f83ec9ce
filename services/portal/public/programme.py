"""Three ways of looking at one release: by day, by room, by panel. Every session stands in each of them once."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from libs.contracts.programme import Programme, ReleasedRoom, ReleasedSession, ReleasedSpeaker, SeatRole

PAUSES = ("break", "lunch")
_ROLES: tuple[SeatRole, ...] = ("moderator", "speaker", "rapporteur")


class DayOfSessions(Struct, frozen=True):
    """A day of the programme: also of what ends after midnight."""

    day: date
    sessions: tuple[ReleasedSession, ...]


class RoomOfSessions(Struct, frozen=True):
    """What happens in one room, day by day; without a room, it has none yet or takes place in all."""

    room: ReleasedRoom | None
    days: tuple[DayOfSessions, ...]


class PanelOfSessions(Struct, frozen=True):
    """The sessions of one panel; without an ordinal, all that belong to none."""

    ordinal: int | None
    days: tuple[DayOfSessions, ...]


def by_day(programme: Programme) -> tuple[DayOfSessions, ...]:
    return _days(programme.sessions)


def by_room(programme: Programme) -> tuple[RoomOfSessions, ...]:
    """Return rooms in the release's order, the largest first as the organisers gave them."""
    parts = [
        RoomOfSessions(room, _days(session for session in programme.sessions if session.room_id == room.id))
        for room in programme.rooms
    ]
    rooms: set[UUID | None] = {room.id for room in programme.rooms}
    parts.append(RoomOfSessions(None, _days(each for each in programme.sessions if each.room_id not in rooms)))
    return tuple(part for part in parts if part.days)


def by_panel(programme: Programme) -> tuple[PanelOfSessions, ...]:
    ordinals = sorted({each.panel_ordinal for each in programme.sessions if each.panel_ordinal is not None})
    return tuple(
        PanelOfSessions(ordinal, days)
        for ordinal in (*ordinals, None)
        if (days := _days(each for each in programme.sessions if each.panel_ordinal == ordinal))
    )


def minutes(session: ReleasedSession) -> int:
    return round((session.ends_at - session.starts_at).total_seconds() / 60)


def people(session: ReleasedSession) -> list[tuple[SeatRole, list[ReleasedSpeaker]]]:
    """Return who takes part, by role: moderator, speakers, rapporteur; roles that nobody has are left out."""
    by_role = [(role, [each for each in session.speakers if each.role == role]) for role in _ROLES]
    return [(role, speakers) for role, speakers in by_role if speakers]


def _days(sessions: Iterable[ReleasedSession]) -> tuple[DayOfSessions, ...]:
    ordered = sorted(sessions, key=lambda each: (each.day, each.starts_at, not each.plenary, str(each.id)))
    return tuple(DayOfSessions(day, tuple(of_day)) for day, of_day in groupby(ordered, key=lambda each: each.day))
