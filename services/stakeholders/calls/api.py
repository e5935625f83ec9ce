"""HTTP face of calls."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import CallState
from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.stakeholders.calls.commands import ChangeCall, CreateCall, change_call, create_call
from services.stakeholders.calls.queries import CallView, list_calls, read_call


class CallController(Controller):
    path = "/api/v1/{tenant:str}/calls"
    tags = ("calls",)

    @get(operation_id="list_calls", opt={"action": "calls.read"})
    async def list(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        edition: FromQuery[list[str] | None] = None,
        states: Annotated[list[CallState] | None, QueryParameter(name="state")] = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[CallView]]:
        rows = await list_calls(
            session, principal, now, editions=edition, states=states, after=decode(cursor), limit=limit + 1
        )
        return page(request, rows, limit, lambda row: row.id)

    @post(operation_id="create_call", opt={"action": "calls.change"})
    async def create(
        self,
        data: JSONBody[CreateCall],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> CallView:
        async def act() -> CallView:
            call = await create_call(session, principal, data, now)
            return await read_call(session, principal, call.id, now)

        return await once(act)

    @get("/{call_id:uuid}", operation_id="read_call", opt={"action": "calls.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> Response[CallView | None]:
        found = await read_call(session, principal, call_id, now)
        return versioned(request, found, found.version)

    @patch("/{call_id:uuid}", operation_id="change_call", opt={"action": "calls.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        data: JSONBody[ChangeCall],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        if_match: NamedDependency[IfMatch],
    ) -> Response[CallView | None]:
        await change_call(session, principal, call_id, data, if_match, now)
        found = await read_call(session, principal, call_id, now)
        return versioned(request, found, found.version)
