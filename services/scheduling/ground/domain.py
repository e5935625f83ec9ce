"""What an edition's programme stands on, and the problem that it poses to constraints and solver. Pure."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from libs.contracts.programme import SeatRole, SessionKind, Text
from services.scheduling.hours import common, in_minutes
from services.scheduling.problem import Person, Problem, Relation, RelationKind, Room, Session, Window
from services.scheduling.programme import Placement, Programme

Stored = list[dict[str, Any]]

STEP = 5  # minutes: sessions start on this grid
TRANSFER = 20  # minutes from one building to another
_DAY = 24 * 60
_USUAL = Window(8 * 60, 20 * 60)  # a day on which no room says when it opens
_NIGHT = 6 * 60  # what ends after midnight belongs to the day before until then
_PROTOCOL: tuple[SeatRole, ...] = ("moderator", "speaker", "rapporteur")


class GroundRoom(Struct, frozen=True, kw_only=True):
    id: UUID
    name: Text
    building: str
    capacity: int
    turnover: int
    opening: Stored
    blocked: Stored


class GroundSession(Struct, frozen=True, kw_only=True):
    id: UUID
    slug: str
    kind: SessionKind
    title: Text
    panel_id: UUID | None
    panel_ordinal: int | None
    plenary: bool
    duration: int
    expected_audience: int | None
    allowed: Stored


class GroundRelation(Struct, frozen=True, kw_only=True):
    session_id: UUID
    kind: RelationKind
    other_id: UUID
    binding: bool


class GroundSpeaker(Struct, frozen=True, kw_only=True):
    """A confirmed one; others are not there."""

    person_id: UUID
    panel_id: UUID
    seat_role: SeatRole
    name: str
    title: Text
    organisation: Text
    availability: Stored


class Ground(Struct, frozen=True, kw_only=True):
    """An edition's days, rooms, sessions, their relations and confirmed speakers, as the rows are now."""

    edition_id: UUID
    edition: str
    starts_on: date
    ends_on: date
    timezone: str
    demonstration: bool
    rooms: tuple[GroundRoom, ...]
    sessions: tuple[GroundSession, ...]
    relations: tuple[GroundRelation, ...]
    speakers: tuple[GroundSpeaker, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(self.starts_on + timedelta(days=day) for day in range((self.ends_on - self.starts_on).days + 1))

    def speakers_of(self, session: GroundSession) -> list[GroundSpeaker]:
        """Return who speaks in a session, in the order of protocol."""
        of_panel = [each for each in self.speakers if session.panel_id and each.panel_id == session.panel_id]
        return sorted(of_panel, key=lambda each: (_PROTOCOL.index(each.seat_role), each.name, each.person_id))

    def texts(self) -> dict[UUID, Text]:
        """Return what each room, session and person is called; a person's name is the same in every language."""
        people = {each.person_id: dict.fromkeys(("fr", "ar", "en"), each.name) for each in self.speakers}
        return {each.id: each.name for each in self.rooms} | {each.id: each.title for each in self.sessions} | people

    def problem(self) -> Problem:
        opening = {room.id: in_minutes(room.opening, self.starts_on) for room in self.rooms}
        return Problem(
            first_day=self.starts_on,
            days=_frames(len(self.dates), [window for windows in opening.values() for window in windows]),
            rooms=tuple(self._room(room, opening[room.id]) for room in self.rooms),
            sessions=tuple(self._session(session) for session in self.sessions),
            people=tuple(self._people()),
            relations=tuple(
                Relation(kind=each.kind, session=each.session_id, other=each.other_id, binding=each.binding)
                for each in self.relations
            ),
            transfer=TRANSFER,
            step=STEP,
        )

    def _room(self, room: GroundRoom, opening: tuple[Window, ...]) -> Room:
        return Room(
            id=room.id,
            capacity=room.capacity,
            opening=opening,
            blocked=in_minutes(room.blocked, self.starts_on),
            turnover=room.turnover,
            building=room.building,
        )

    def _session(self, session: GroundSession) -> Session:
        return Session(
            id=session.id,
            kind=session.kind,
            duration=session.duration,
            plenary=session.plenary,
            expected_audience=session.expected_audience,
            people=tuple(dict.fromkeys(each.person_id for each in self.speakers_of(session))),
            allowed=in_minutes(session.allowed, self.starts_on),
        )

    def _people(self) -> list[Person]:
        """Return each person once: who has two seats is there when both say so."""
        said: dict[UUID, list[tuple[Window, ...]]] = {}
        for each in self.speakers:
            said.setdefault(each.person_id, []).append(in_minutes(each.availability, self.starts_on))
        return [Person(id=person, available=common(windows)) for person, windows in said.items()]


class WallPlacement(Struct, frozen=True, kw_only=True):
    """A placement as it is kept: in wall time."""

    session_id: UUID
    room_id: UUID
    starts_at: datetime


def programme_of(problem: Problem, placements: list[WallPlacement]) -> Programme:
    return Programme(
        tuple(Placement(each.session_id, each.room_id, problem.minute(each.starts_at)) for each in placements)
    )


def in_wall_time(problem: Problem, programme: Programme) -> list[WallPlacement]:
    return [
        WallPlacement(session_id=each.session, room_id=each.room, starts_at=problem.wall_time(each.start))
        for each in programme.placements
    ]


def _frames(days: int, opening: list[Window]) -> tuple[Window, ...]:
    """Return each day's hours: from when the first room opens until the last one closes."""
    frames: list[Window] = []
    for day in range(days):
        midnight = day * _DAY
        of_day = [each for each in opening if day == max(0, (each.opens - _NIGHT) // _DAY)]
        opens = min((each.opens for each in of_day), default=midnight + _USUAL.opens)
        closes = max((each.closes for each in of_day), default=midnight + _USUAL.closes)
        after_the_last = frames[-1].closes if frames else 0
        frames.append(Window(max(opens, after_the_last), min(closes, midnight + _DAY + _NIGHT)))
    return tuple(frames)
