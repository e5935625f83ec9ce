"""HTTP face of sessions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import SessionKind
from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.scheduling.sessions.commands import (
    ChangeSession,
    CreateSession,
    change_session,
    create_session,
    delete_session,
)
from services.scheduling.sessions.queries import SessionView, list_sessions, read_session


class SessionController(Controller):
    path = "/api/v1/{tenant:str}/sessions"
    tags = ("programme",)

    @get(operation_id="list_sessions", opt={"action": "programme.read"})
    async def list(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        edition: FromQuery[str],
        session: NamedDependency[AsyncSession],
        kinds: Annotated[list[SessionKind] | None, QueryParameter(name="kind")] = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[SessionView]]:
        rows = await list_sessions(session, edition, kinds=kinds, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda row: row.id)

    @post(operation_id="create_session", opt={"action": "programme.change"})
    async def create(
        self,
        data: JSONBody[CreateSession],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> SessionView:
        async def act() -> SessionView:
            made = await create_session(session, principal, data, now)
            return await read_session(session, made.id)

        return await once(act)

    @get("/{session_id:uuid}", operation_id="read_session", opt={"action": "programme.read"})
    async def read(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], session: NamedDependency[AsyncSession]
    ) -> Response[SessionView | None]:
        found = await read_session(session, session_id)
        return versioned(request, found, found.version)

    @patch("/{session_id:uuid}", operation_id="change_session", opt={"action": "programme.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        data: JSONBody[ChangeSession],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[SessionView | None]:
        await change_session(session, principal, session_id, data, if_match, now)
        found = await read_session(session, session_id)
        return versioned(request, found, found.version)

    @delete("/{session_id:uuid}", operation_id="delete_session", opt={"action": "programme.change"})
    async def delete(
        self,
        session_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> None:
        await delete_session(session, principal, session_id, if_match, now)
