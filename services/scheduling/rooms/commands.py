"""Changes to rooms: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Window
from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.fields import Line, Slug, Words
from libs.i18n.text import normalise, pick
from libs.identity import Principal
from libs.journal.commands import record
from libs.web.conditional import IfMatch
from services.scheduling.approvals.commands import reopen_releases
from services.scheduling.drafts.models import Placement
from services.scheduling.ground.queries import titles_of
from services.scheduling.hours import Stored, settle
from services.scheduling.known.models import KnownEdition
from services.scheduling.known.queries import known_edition
from services.scheduling.rooms.domain import RoomInUse, RoomSlugTaken
from services.scheduling.rooms.models import Room

Seats = Annotated[int, Meta(ge=1, le=100_000)]
Turnover = Annotated[int, Meta(ge=0, le=240)]
Windows = Annotated[tuple[Window, ...], Meta(max_length=60)]
Building = Annotated[str, Meta(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CreateRoom(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`edition` is a slug or an id. Hours are wall times; with an offset they are read as that moment there."""

    edition: Line
    slug: Slug
    name: Words
    capacity: Seats
    turnover: Turnover = 0
    building: Building = ""
    opening: Windows = ()
    blocked: Windows = ()


class ChangeRoom(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): what is not there stays; hours are replaced as a whole."""

    name: Words | UnsetType = UNSET
    capacity: Seats | UnsetType = UNSET
    turnover: Turnover | UnsetType = UNSET
    building: Building | UnsetType = UNSET
    opening: Windows | UnsetType = UNSET
    blocked: Windows | UnsetType = UNSET


async def create_room(session: AsyncSession, principal: Principal, command: CreateRoom, now: datetime) -> Room:
    edition = await known_edition(session, command.edition, pointer="/edition")
    room = Room(
        tenant_id=principal.tenant_id,
        edition_id=edition.id,
        slug=command.slug,
        name=normalise(command.name),
        building=command.building,
        capacity=command.capacity,
        turnover=command.turnover,
        opening=_hours(command.opening, edition, "/opening"),
        blocked=_hours(command.blocked, edition, "/blocked"),
        origin_id=None,
    )
    session.add(room)
    await flush_unless(session, RoomSlugTaken(pointer="/slug", slug=command.slug))
    record(session, principal, "rooms.create", room.id, now)
    return room


async def change_room(  # noqa: PLR0913, PLR0917 (the slice's four, the room, the version it was read at)
    session: AsyncSession, principal: Principal, room_id: UUID, command: ChangeRoom, if_match: IfMatch, now: datetime
) -> Room:
    """Change a room; an open approval of a programme that shows it is opened anew for all who must sign."""
    room = await _lock_room(session, room_id)
    if_match.check(room.version)
    edition = await known_edition(session, room.edition_id)
    if command.name is not UNSET:
        room.name = normalise(command.name)
    for name in ("opening", "blocked"):
        windows = getattr(command, name)
        if windows is not UNSET:
            setattr(room, name, _hours(windows, edition, f"/{name}"))
    for name in ("capacity", "turnover", "building"):
        value = getattr(command, name)
        if value is not UNSET:
            setattr(room, name, value)
    await session.flush()
    await reopen_releases(session, principal, edition.id, now)
    record(session, principal, "rooms.change", room.id, now, version=room.version)
    return room


async def delete_room(
    session: AsyncSession, principal: Principal, room_id: UUID, if_match: IfMatch, now: datetime
) -> None:
    """Take a room away in which no draft has a session; released programmes keep it as it was."""
    room = await _lock_room(session, room_id)
    if_match.check(room.version)
    held = list(await session.scalars(select(Placement.session_id).filter_by(room_id=room.id).distinct()))
    if held:
        titles = await titles_of(session, held)
        raise RoomInUse(
            room=pick(room.name, ""),
            count=len(titles),
            titles=", ".join(pick(title, "") for title in titles.values()),
            sessions=[{"id": str(held), "title": title} for held, title in titles.items()],
        )
    await session.delete(room)
    record(session, principal, "rooms.delete", room.id, now)


def _hours(windows: tuple[Window, ...], edition: KnownEdition, pointer: str) -> Stored:
    return settle(windows, zone=edition.timezone, days=(edition.starts_on, edition.ends_on), pointer=pointer)


async def _lock_room(session: AsyncSession, room_id: UUID) -> Room:
    room: Room | None = await session.scalar(select(Room).filter_by(id=room_id).with_for_update())
    if room is None:
        raise NoSuch(what="room", id=room_id)
    return room
