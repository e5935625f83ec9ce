"""HTTP face of ending a mandate."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from services.identity.endings.commands import end_mandate


class EndingController(Controller):
    path = "/memberships/{membership_id:uuid}/ending"
    tags = ("memberships",)

    @post(operation_id="end_membership", status_code=204, opt={"action": "memberships.end"})
    async def end(
        self,
        membership_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> None:
        """End a mandate, with every sign-in for it, at once."""
        await end_mandate(session, principal, membership_id, now)
