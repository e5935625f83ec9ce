"""HTTP face of what is protected of an edition."""

from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.api import decisions_on_approvals
from libs.approvals.queries import ApprovalView, list_approvals, read_approval
from libs.identity import Principal
from libs.web.cursors import Page
from libs.web.once import Once
from services.editions.approvals.commands import EFFECTS, propose_change, subjects_of
from services.editions.approvals.domain import KINDS, Propose
from services.editions.editions.queries import read_edition

_UNDER = "/api/v1/{tenant:str}/editions/{edition:str}"


class ApprovalController(Controller):
    path = f"{_UNDER}/approvals"
    tags = ("approvals",)

    @get(operation_id="list_edition_approvals", opt={"action": "approvals.read"})
    async def list(
        self, edition: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
    ) -> Page[ApprovalView]:
        found = await read_edition(session, principal, edition)
        return Page(await list_approvals(session, await subjects_of(session, found.id), list(KINDS)))

    @post(operation_id="propose_edition_change", opt={"action": "approvals.propose"})
    async def propose(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        edition: FromPath[str],
        data: JSONBody[Propose],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> ApprovalView:
        async def act() -> ApprovalView:
            approval = await propose_change(session, principal, edition, data, now)
            return await read_approval(session, approval.id)

        return await once(act)


routes = [ApprovalController, decisions_on_approvals("edition", _UNDER, EFFECTS)]
