"""HTTP face of deciding: the same under every subject (`/editions/{edition}/approvals`, `/drafts/{draft}/approvals`).

Proposing and listing belong to the owner of the subject, who knows what may be changed; signing, refusing and
withdrawing are the same for all.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.commands import Effect, Refuse, Sign, refuse, sign, withdraw
from libs.approvals.models import Approval
from libs.approvals.queries import ApprovalView, read_approval
from libs.identity import Principal
from libs.web.conditional import versioned
from libs.web.once import Once


def decisions_on_approvals(service: str, under: str, effects: Mapping[str, Effect]) -> ControllerRouterHandler:
    """Return the addresses of deciding below `{under}/approvals/{approval_id}`.

    `effects` says for each kind of change what its last signature does.
    """

    async def take_effect(session: AsyncSession, principal: Principal, approval: Approval, now: datetime) -> None:
        await effects[approval.kind](session, principal, approval, now)

    class ApprovalDecisions(Controller):
        path = f"{under}/approvals/{{approval_id:uuid}}"
        tags = ("approvals",)

        @get(operation_id=f"{service}_read_approval", opt={"action": "approvals.read"})
        async def read(
            self,
            request: Request[Any, Any, Any],
            approval_id: FromPath[UUID],
            session: NamedDependency[AsyncSession],
        ) -> Response[ApprovalView | None]:
            view = await read_approval(session, approval_id)
            return versioned(request, view, view.version)

        @post("/signatures", operation_id=f"{service}_sign_approval", opt={"action": "approvals.sign"})
        async def give_signature(  # noqa: PLR0913, PLR0917 (injected by name)
            self,
            approval_id: FromPath[UUID],
            data: JSONBody[Sign],
            session: NamedDependency[AsyncSession],
            principal: NamedDependency[Principal],
            now: NamedDependency[datetime],
            once: NamedDependency[Once],
        ) -> ApprovalView:
            async def act() -> ApprovalView:
                await sign(session, principal, approval_id, data, now, take_effect)
                return await read_approval(session, approval_id)

            return await once(act)

        @post("/refusals", operation_id=f"{service}_refuse_approval", opt={"action": "approvals.sign"})
        async def give_refusal(  # noqa: PLR0913, PLR0917 (injected by name)
            self,
            approval_id: FromPath[UUID],
            data: JSONBody[Refuse],
            session: NamedDependency[AsyncSession],
            principal: NamedDependency[Principal],
            now: NamedDependency[datetime],
            once: NamedDependency[Once],
        ) -> ApprovalView:
            async def act() -> ApprovalView:
                await refuse(session, principal, approval_id, data, now)
                return await read_approval(session, approval_id)

            return await once(act)

        @post("/withdrawal", operation_id=f"{service}_withdraw_approval", opt={"action": "approvals.propose"})
        async def take_back(
            self,
            approval_id: FromPath[UUID],
            session: NamedDependency[AsyncSession],
            principal: NamedDependency[Principal],
            now: NamedDependency[datetime],
            once: NamedDependency[Once],
        ) -> ApprovalView:
            async def act() -> ApprovalView:
                await withdraw(session, principal, approval_id, now)
                return await read_approval(session, approval_id)

            return await once(act)

    return ApprovalDecisions
