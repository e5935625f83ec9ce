"""Ending a mandate: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.zones import wall
from services.identity.endings.domain import Ending, sees
from services.identity.memberships.commands import membership_changed
from services.identity.memberships.models import Membership
from services.identity.sign_ins.commands import close_sign_in
from services.identity.sign_ins.models import SignIn
from services.identity.tenants.models import Tenant

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 2))")


async def end_mandate(session: AsyncSession, principal: Principal, membership_id: UUID, now: datetime) -> None:
    """End a mandate now, and every sign-in for it; once more is harmless.

    One at a time in a tenant: its last two administrators must not end each other.
    """
    await session.execute(_ONE_AT_A_TIME, {"tenant": f"{principal.tenant_id} mandates"})
    mandate = await session.scalar(select(Membership).filter_by(id=membership_id).with_for_update())
    own = mandate is not None and mandate.account_id == principal.account_id
    if mandate is None or not sees(principal.role, principal.organisation_id, mandate.organisation_id, own=own):
        raise NoSuch(what="mandate", id=membership_id)
    ending = Ending(
        role=mandate.role,
        own=own,
        of_theirs=mandate.organisation_id is not None and mandate.organisation_id == principal.organisation_id,
        other_administrators=await _administrators_beside(session, mandate),
    )
    ending.admit(principal.role)
    if mandate.state == "ended":
        return
    mandate.state = "ended"
    mandate.valid_until = wall(now, (await session.scalars(select(Tenant.timezone))).one()).date()
    await session.flush()
    publish(session, membership_changed(mandate), now)
    record(session, principal, "memberships.end", mandate.id, now, role=mandate.role)
    going_on = select(SignIn).filter_by(membership_id=mandate.id, ended_at=None).order_by(SignIn.id).with_for_update()
    for begun in await session.scalars(going_on):
        await close_sign_in(session, principal, begun, now, by="mandate")


async def _administrators_beside(session: AsyncSession, mandate: Membership) -> int:
    """Count the administrators but for this one; of no interest where it is none."""
    if mandate.role != "administrator":
        return 0
    others = select(func.count()).select_from(Membership).filter_by(role="administrator", state="active")
    return await session.scalar(others.where(Membership.id != mandate.id)) or 0
