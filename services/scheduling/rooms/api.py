"""HTTP face of rooms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.scheduling.rooms.commands import ChangeRoom, CreateRoom, change_room, create_room, delete_room
from services.scheduling.rooms.queries import RoomView, list_rooms, read_room


class RoomController(Controller):
    path = "/api/v1/{tenant:str}/rooms"
    tags = ("programme",)

    @get(operation_id="list_rooms", opt={"action": "programme.read"})
    async def list(
        self,
        request: Request[Any, Any, Any],
        edition: FromQuery[str],
        session: NamedDependency[AsyncSession],
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[RoomView]]:
        rows = await list_rooms(session, edition, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda row: row.id)

    @post(operation_id="create_room", opt={"action": "programme.change"})
    async def create(
        self,
        data: JSONBody[CreateRoom],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> RoomView:
        async def act() -> RoomView:
            room = await create_room(session, principal, data, now)
            return await read_room(session, room.id)

        return await once(act)

    @get("/{room_id:uuid}", operation_id="read_room", opt={"action": "programme.read"})
    async def read(
        self, request: Request[Any, Any, Any], room_id: FromPath[UUID], session: NamedDependency[AsyncSession]
    ) -> Response[RoomView | None]:
        found = await read_room(session, room_id)
        return versioned(request, found, found.version)

    @patch("/{room_id:uuid}", operation_id="change_room", opt={"action": "programme.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        room_id: FromPath[UUID],
        data: JSONBody[ChangeRoom],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[RoomView | None]:
        await change_room(session, principal, room_id, data, if_match, now)
        found = await read_room(session, room_id)
        return versioned(request, found, found.version)

    @delete("/{room_id:uuid}", operation_id="delete_room", opt={"action": "programme.change"})
    async def delete(
        self,
        room_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> None:
        await delete_room(session, principal, room_id, if_match, now)
