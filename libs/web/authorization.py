"""Whether the caller may: the token, the tenant in the path, the matrix. Each handler names its action."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from libs.errors import NotFound
from libs.identity import Principal
from libs.permissions import PUBLIC, require
from libs.web.addresses import require_text

Connection = ASGIConnection[Any, Any, Any, Any]
TenantOf = Callable[[str], Awaitable[UUID | None]]


class NoSuchTenant(NotFound):
    detail = "There is no day called {tenant} here."
    remedy = "Check the address: the day's short name comes after /api/v1/."


class Verifier(Protocol):
    async def verify(self, token: str) -> Principal: ...


def authorize(verifier: Verifier, tenant_of: TenantOf) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """Return the guard that lets a request through to its handler, and says to it who is calling."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        require_text(connection)
        tenant = connection.path_params.get("tenant")
        principal = await _principal(connection, verifier, tenant_of, tenant)
        if principal is not None:
            require(principal, handler.opt["action"])
            connection.scope["user"] = principal

    return guard


async def _principal(
    connection: Connection, verifier: Verifier, tenant_of: TenantOf, tenant: str | None
) -> Principal | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if tenant is None:
        return None
    if scheme.lower() == "bearer":
        principal = await verifier.verify(token)
        if principal.tenant != tenant:
            raise NoSuchTenant(tenant=tenant)
        return principal
    tenant_id = await tenant_of(tenant)
    if tenant_id is None:
        raise NoSuchTenant(tenant=tenant)
    return Principal(tenant_id=tenant_id, tenant=tenant, role=PUBLIC)
