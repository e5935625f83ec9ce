"""Reads of tenants, straight into structs."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.db.tenancy import Sessions, before_the_tenant
from services.identity.tenants.models import Tenant


class TenantView(Struct, frozen=True, kw_only=True):
    """What everybody may know of a day."""

    id: UUID
    slug: str
    name: Text
    country: str
    timezone: str
    languages: list[str]
    patronage: Text
    co_organisers: list[UUID]
    demonstration: bool
    invented: bool
    version: int


async def read_tenant(session: AsyncSession) -> TenantView:
    """Return the tenant of this transaction; row-level security shows no other."""
    tenant = (await session.scalars(select(Tenant))).one()
    return TenantView(
        id=tenant.tenant_id,
        slug=tenant.slug,
        name=tenant.name,
        country=tenant.country,
        timezone=tenant.timezone,
        languages=tenant.languages,
        patronage=tenant.patronage,
        co_organisers=tenant.co_organisers,
        demonstration=tenant.demonstration,
        invented=tenant.invented,
        version=tenant.version,
    )


def tenant_by_slug(sessions: Sessions) -> Callable[[str], Awaitable[UUID | None]]:
    """Return a look-up of tenants by slug that remembers those it found: a slug is never given to another tenant."""
    found: dict[str, UUID] = {}

    async def tenant_of(slug: str) -> UUID | None:
        if slug not in found:
            async with before_the_tenant(sessions, "app.slug", slug) as session:
                tenant_id = await session.scalar(select(Tenant.tenant_id).filter_by(slug=slug))
            if tenant_id is None:
                return None
            found[slug] = tenant_id
        return found[slug]

    return tenant_of
