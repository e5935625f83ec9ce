"""HTTP face of drafts, their placements and solves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.i18n.languages import LANGUAGES, SOURCE, negotiate
from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.scheduling.drafts.commands.placing import (
    CreateDraft,
    PlaceSession,
    create_draft,
    place_session,
    unplace_session,
)
from services.scheduling.drafts.commands.solving import AskForSolve, ask_for_solve, stop_solve
from services.scheduling.drafts.queries import (
    DraftSummary,
    DraftView,
    SolveView,
    list_drafts,
    read_draft,
    read_solve,
)

_READ, _CHANGE = {"action": "programme.read"}, {"action": "programme.change"}


class DraftController(Controller):
    path = "/api/v1/{tenant:str}/drafts"
    tags = ("programme",)

    @get(operation_id="list_drafts", opt=_READ)
    async def list(
        self,
        request: Request[Any, Any, Any],
        edition: FromQuery[str],
        session: NamedDependency[AsyncSession],
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[DraftSummary]]:
        rows = await list_drafts(session, edition, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda row: row.id)

    @post(operation_id="create_draft", opt=_CHANGE)
    async def create(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[CreateDraft],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> DraftView:
        async def act() -> DraftView:
            draft = await create_draft(session, principal, data, now)
            return await read_draft(session, draft.id, _language(request))

        return await once(act)

    @get("/{draft_id:uuid}", operation_id="read_draft", opt=_READ)
    async def read(
        self, request: Request[Any, Any, Any], draft_id: FromPath[UUID], session: NamedDependency[AsyncSession]
    ) -> Response[DraftView | None]:
        found = await read_draft(session, draft_id, _language(request))
        return versioned(request, found, found.version)

    @put("/{draft_id:uuid}/placements/{session_id:uuid}", operation_id="place_session", opt=_CHANGE)
    async def place(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        draft_id: FromPath[UUID],
        session_id: FromPath[UUID],
        data: JSONBody[PlaceSession],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[DraftView | None]:
        await place_session(session, principal, (draft_id, session_id), data, if_match, now)
        found = await read_draft(session, draft_id, _language(request))
        return versioned(request, found, found.version)

    @delete(
        "/{draft_id:uuid}/placements/{session_id:uuid}", operation_id="unplace_session", opt=_CHANGE, status_code=200
    )
    async def unplace(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        draft_id: FromPath[UUID],
        session_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[DraftView | None]:
        await unplace_session(session, principal, (draft_id, session_id), if_match, now)
        found = await read_draft(session, draft_id, _language(request))
        return versioned(request, found, found.version)

    @post("/{draft_id:uuid}/solves", operation_id="ask_for_solve", opt=_CHANGE, status_code=202)
    async def ask(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        draft_id: FromPath[UUID],
        data: JSONBody[AskForSolve],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> SolveView:
        async def act() -> SolveView:
            solve = await ask_for_solve(session, principal, draft_id, data, now)
            return await read_solve(session, draft_id, solve.id)

        return await once(act)

    @get("/{draft_id:uuid}/solves/{solve_id:uuid}", operation_id="read_solve", opt=_READ)
    async def follow(
        self, draft_id: FromPath[UUID], solve_id: FromPath[UUID], session: NamedDependency[AsyncSession]
    ) -> SolveView:
        return await read_solve(session, draft_id, solve_id)

    @post("/{draft_id:uuid}/solves/{solve_id:uuid}/stop", operation_id="stop_solve", opt=_CHANGE, status_code=202)
    async def stop(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        draft_id: FromPath[UUID],
        solve_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> SolveView:
        async def act() -> SolveView:
            await stop_solve(session, principal, (draft_id, solve_id), now)
            return await read_solve(session, draft_id, solve_id)

        return await once(act)


def _language(request: Request[Any, Any, Any]) -> str:
    return negotiate(request.headers.get("accept-language", ""), (SOURCE, *LANGUAGES))
