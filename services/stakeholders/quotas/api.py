"""HTTP face of quotas."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from services.stakeholders.quotas.commands import SetQuota, set_quota
from services.stakeholders.quotas.queries import QuotaView, list_quotas, read_quota


class QuotaController(Controller):
    path = "/api/v1/{tenant:str}/calls/{call_id:uuid}/quotas"
    tags = ("calls",)

    @get(operation_id="list_quotas", opt={"action": "calls.read"})
    async def list(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[QuotaView]]:
        rows = await list_quotas(session, principal, call_id, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda row: row.id)

    @get("/{organisation_id:uuid}", operation_id="read_quota", opt={"action": "calls.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        organisation_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[QuotaView | None]:
        quota = await read_quota(session, principal, call_id, organisation_id)
        return versioned(request, quota, quota.version)

    @put("/{organisation_id:uuid}", operation_id="set_quota", opt={"action": "quotas.change"})
    async def set(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        organisation_id: FromPath[UUID],
        data: JSONBody[SetQuota],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        if_match: NamedDependency[IfMatch],
    ) -> Response[QuotaView | None]:
        await set_quota(session, principal, call_id, organisation_id, data, if_match, now)
        quota = await read_quota(session, principal, call_id, organisation_id)
        return versioned(request, quota, quota.version)
