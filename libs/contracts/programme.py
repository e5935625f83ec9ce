"""The released programme, as it travels in `ProgrammeReleased` and leaves in `programme.json`.

Times are instants with the offset that the edition's zone has at that moment (RFC 3339); `day` is the programme day
that a session belongs to, also when it ends after midnight.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Text = dict[str, str]

SessionKind = Literal["opening", "keynote", "panel", "signing", "meeting", "break", "lunch", "closing"]
SeatRole = Literal["moderator", "speaker", "rapporteur"]
ChangeKind = Literal["new", "moved", "room", "cancelled", "retitled", "speakers"]


class ReleasedSpeaker(Struct, frozen=True, kw_only=True):
    person_id: UUID
    name: str
    title: Text
    organisation: Text
    role: SeatRole


class ReleasedSession(Struct, frozen=True, kw_only=True):
    id: UUID
    slug: str
    kind: SessionKind
    title: Text
    day: date
    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None
    plenary: bool
    panel_id: UUID | None = None
    panel_ordinal: int | None = None
    speakers: tuple[ReleasedSpeaker, ...] = ()
    sequence: int = 0  # iCalendar's SEQUENCE: grows with each release that changed this session
    cancelled: bool = False


class ReleasedRoom(Struct, frozen=True, kw_only=True):
    id: UUID
    name: Text
    capacity: int


class ProgrammeChange(Struct, frozen=True, kw_only=True):
    kind: ChangeKind
    session_id: UUID
    title: Text
    before: str = ""
    after: str = ""


class Programme(Struct, frozen=True, kw_only=True):
    """One numbered release: immutable, with its changes since the one before."""

    tenant: str
    edition_id: UUID
    edition: str
    number: int
    released_at: datetime
    timezone: str
    demonstration: bool
    days: tuple[date, ...]
    rooms: tuple[ReleasedRoom, ...]
    sessions: tuple[ReleasedSession, ...]
    changes: tuple[ProgrammeChange, ...] = ()
