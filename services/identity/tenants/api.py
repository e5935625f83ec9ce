"""HTTP face of tenants."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from libs.web.conditional import versioned
from services.identity.tenants.queries import TenantView, read_tenant


class TenantController(Controller):
    tags = ("tenant",)

    @get(operation_id="read_tenant", opt={"action": "tenant.read"})
    async def read(
        self, request: Request[Any, Any, Any], session: NamedDependency[AsyncSession]
    ) -> Response[TenantView | None]:
        tenant = await read_tenant(session)
        return versioned(request, tenant, tenant.version)
