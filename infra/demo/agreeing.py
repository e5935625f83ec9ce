"""How the co-organisers of the demonstration agree: one proposes and signs, and then the others sign the same text."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from infra.demo.stage import Stage
from infra.demo.year import Year
from libs.approvals.commands import Effect, Sign, sign
from libs.approvals.queries import ApprovalView, list_approvals
from libs.identity import Principal

Propose = Callable[[AsyncSession, Principal, datetime], Awaitable[Any]]


class Matter(Struct, frozen=True, kw_only=True):
    """What is to be agreed, where its approval is kept, and at which steps of the year."""

    service: str
    subject_id: UUID
    kind: str
    effects: Mapping[str, Effect]
    proposed: str
    signed: str


async def agree(stage: Stage, year: Year, matter: Matter, propose: Propose) -> None:
    """Let the last co-organiser propose and sign, and then the others in the order of protocol; or go on from there."""
    *others, proposer = year.cast.co_organisers
    async with stage.work(matter.service, proposer) as session:
        if await _open(session, matter) is None:
            await propose(session, proposer, year.at(matter.proposed))
    for principal, step in ((proposer, matter.proposed), *((other, matter.signed) for other in others)):
        async with stage.work(matter.service, principal) as session:
            approval = await _open(session, matter)
            if approval is not None and principal.organisation_id in approval.waiting:
                effect = matter.effects[matter.kind]
                await sign(session, principal, approval.id, Sign(approval.sha256), year.at(step), effect)


async def _open(session: AsyncSession, matter: Matter) -> ApprovalView | None:
    found = await list_approvals(session, [matter.subject_id], [matter.kind])
    return next((approval for approval in found if approval.state == "open"), None)
