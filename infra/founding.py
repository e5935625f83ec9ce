"""`./moussem tenant create`: a new day, and the link that signs its first administrator in."""

import asyncio
from datetime import datetime

from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.db.tenancy import connect, unit_of_work
from libs.identity import Principal
from services.identity.tenants.commands import CreateTenant, create_tenant


def found_tenant(settings: Settings, command: CreateTenant, now: datetime) -> str:
    """Make the tenant; return the address that signs its administrator in, once."""
    founder = Principal(tenant_id=uuid7(), tenant=command.slug, role="administrator")

    async def work() -> str:
        engine, sessions = connect(settings, "identity", connections=1)
        try:
            async with unit_of_work(sessions, founder.tenant_id, actor="command line") as session:
                return await create_tenant(session, founder, command, now, settings)
        finally:
            await engine.dispose()

    return asyncio.run(work())
