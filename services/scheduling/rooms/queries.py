"""Rooms as they are read: SELECT straight into structs."""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Window
from libs.errors import NoSuch
from services.scheduling.hours import outwards
from services.scheduling.known.models import KnownEdition, matches
from services.scheduling.rooms.models import Room


class RoomView(Struct, frozen=True, kw_only=True):
    """`turnover` is in minutes; without `opening` hours the room is open whenever the day is."""

    id: UUID
    version: int
    edition_id: UUID
    edition: str
    slug: str
    name: dict[str, str]
    building: str
    capacity: int
    turnover: int
    opening: list[Window]
    blocked: list[Window]
    timezone: str
    origin_id: UUID | None


async def list_rooms(session: AsyncSession, edition: str, *, after: UUID | None, limit: int) -> list[RoomView]:
    """Return at most `limit` of an edition's rooms, in the order in which they were made."""
    query = _rooms().where(matches(edition)).order_by(Room.id).limit(limit)
    if after is not None:
        query = query.where(Room.id > after)
    return [_view(row) for row in (await session.execute(query)).mappings()]


async def read_room(session: AsyncSession, room_id: UUID) -> RoomView:
    row = (await session.execute(_rooms().where(Room.id == room_id))).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="room", id=room_id)
    return _view(row)


def _rooms() -> Select[*tuple[Any, ...]]:
    own = [column for column in Room.__table__.columns if column.name != "tenant_id"]
    of_room = (KnownEdition.tenant_id == Room.tenant_id) & (KnownEdition.id == Room.edition_id)
    return select(*own, KnownEdition.slug.label("edition"), KnownEdition.timezone).join(KnownEdition, of_room)


def _view(row: RowMapping) -> RoomView:
    hours = {name: outwards(row[name], row["timezone"]) for name in ("opening", "blocked")}
    return RoomView(**{**row, **hours})
