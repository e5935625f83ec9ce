"""HTTP face of signing a draft off."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.api import decisions_on_approvals
from libs.approvals.queries import ApprovalView, list_approvals, read_approval
from libs.i18n.languages import LANGUAGES, SOURCE, negotiate
from libs.identity import Principal
from libs.web.cursors import Page
from libs.web.once import Once
from services.scheduling.approvals.commands import EFFECTS, propose_release
from services.scheduling.approvals.domain import RELEASE

_UNDER = "/api/v1/{tenant:str}/drafts/{draft_id:uuid}"


class DraftApprovalController(Controller):
    path = f"{_UNDER}/approvals"
    tags = ("approvals",)

    @get(operation_id="list_draft_approvals", opt={"action": "approvals.read"})
    async def list(self, draft_id: FromPath[UUID], session: NamedDependency[AsyncSession]) -> Page[ApprovalView]:
        return Page(await list_approvals(session, [draft_id], [RELEASE]))

    @post(operation_id="propose_release", opt={"action": "approvals.propose"})
    async def propose(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        draft_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> ApprovalView:
        language = negotiate(request.headers.get("accept-language", ""), (SOURCE, *LANGUAGES))

        async def act() -> ApprovalView:
            approval = await propose_release(session, principal, draft_id, language, now)
            return await read_approval(session, approval.id)

        return await once(act)


routes = [DraftApprovalController, decisions_on_approvals("draft", _UNDER, EFFECTS)]
