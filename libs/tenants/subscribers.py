"""Keeping the projection of tenants; every service with a `known_tenant` table takes these subscriptions along."""

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import TenantChanged
from libs.db.projections import keep_newest
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from libs.tenants.models import KnownTenant

subscriptions = Subscriptions()


@subscriptions.projection(TenantChanged)
async def remember_tenant(session: AsyncSession, event: TenantChanged, _: Envelope) -> None:
    told = structs.asdict(event)
    del told["schema_version"], told["id"]
    await keep_newest(session, KnownTenant, told, key=("tenant_id",))
