"""HTTP face of editions."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import Page
from services.editions.editions.commands import ChangeEdition, change_edition
from services.editions.editions.queries import EditionView, list_editions, read_edition


class EditionController(Controller):
    path = "/api/v1/{tenant:str}/editions"
    tags = ("editions",)

    @get(operation_id="list_editions", opt={"action": "editions.read"})
    async def list(
        self, session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
    ) -> Page[EditionView]:
        return Page(await list_editions(session, principal))

    @get("/{edition:str}", operation_id="read_edition", opt={"action": "editions.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        edition: FromPath[str],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[EditionView | None]:
        found = await read_edition(session, principal, edition)
        return versioned(request, found, found.version)

    @patch("/{edition:str}", operation_id="change_edition", opt={"action": "editions.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        edition: FromPath[str],
        data: JSONBody[ChangeEdition],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[EditionView | None]:
        await change_edition(session, principal, edition, data, if_match, now)
        found = await read_edition(session, principal, edition)
        return versioned(request, found, found.version)
