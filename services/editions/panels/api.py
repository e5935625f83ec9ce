"""HTTP face of panels."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import Page
from services.editions.editions.queries import read_edition
from services.editions.panels.commands import ChangePanel, change_panel
from services.editions.panels.queries import PanelView, list_panels, read_panel


class PanelController(Controller):
    path = "/api/v1/{tenant:str}"
    tags = ("panels",)

    @get("/editions/{edition:str}/panels", operation_id="list_panels", opt={"action": "panels.read"})
    async def list(
        self, edition: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
    ) -> Page[PanelView]:
        found = await read_edition(session, principal, edition)
        return Page(await list_panels(session, found.id))

    @get("/panels/{panel:uuid}", operation_id="read_panel", opt={"action": "panels.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        panel: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[PanelView | None]:
        found = await read_panel(session, principal, panel)
        return versioned(request, found, found.version)

    @patch("/panels/{panel:uuid}", operation_id="change_panel", opt={"action": "panels.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        panel: FromPath[UUID],
        data: JSONBody[ChangePanel],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[PanelView | None]:
        await change_panel(session, principal, panel, data, if_match, now)
        found = await read_panel(session, principal, panel)
        return versioned(request, found, found.version)
