"""One's own passkeys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from services.identity.passkeys.models import Passkey


class PasskeyView(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None


async def list_passkeys(session: AsyncSession, principal: Principal) -> Sequence[PasskeyView]:
    """Return all of one's own, the first made first: there are few."""
    columns = [Passkey.__table__.c[name] for name in PasskeyView.__struct_fields__]
    listed = select(*columns).where(
        Passkey.tenant_id == principal.tenant_id, Passkey.account_id == principal.account_id
    )
    return [PasskeyView(**row) for row in (await session.execute(listed.order_by(Passkey.id))).mappings()]
