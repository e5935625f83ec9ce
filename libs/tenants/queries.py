"""Looking tenants up in the projection."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.tenancy import Sessions, before_the_tenant
from libs.tenants.models import KnownTenant


def tenant_by_slug(sessions: Sessions) -> Callable[[str], Awaitable[UUID | None]]:
    """Return a look-up of tenants by slug that remembers those it found: a slug is never given to another tenant."""
    found: dict[str, UUID] = {}

    async def tenant_of(slug: str) -> UUID | None:
        if slug not in found:
            async with before_the_tenant(sessions, "app.slug", slug) as session:
                tenant_id = await session.scalar(select(KnownTenant.tenant_id).filter_by(slug=slug))
            if tenant_id is None:
                return None
            found[slug] = tenant_id
        return found[slug]

    return tenant_of


async def known_tenant(session: AsyncSession) -> KnownTenant:
    """Return the tenant of this transaction; row-level security shows no other."""
    return (await session.scalars(select(KnownTenant))).one()
