"""Approvals as they are read: the exact change, who must sign, what was decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.domain import State
from libs.approvals.models import Approval, Decision
from libs.errors import NoSuch


class DecisionView(Struct, frozen=True, kw_only=True):
    act: str
    sha256: str
    organisation_id: UUID | None
    actor: str
    comment: str
    at: datetime


class ApprovalView(Struct, frozen=True, kw_only=True):
    """`signed` lists the organisations whose signature holds for the present text, `waiting` those that must sign."""

    id: UUID
    version: int
    kind: str
    subject_id: UUID
    state: State
    before: dict[str, Any]
    content: dict[str, Any]
    sha256: str
    signatories: list[UUID]
    signed: list[UUID]
    waiting: list[UUID]
    proposed_for: UUID | None
    proposed_at: datetime
    closed_at: datetime | None
    decisions: list[DecisionView]


async def list_approvals(session: AsyncSession, subject_ids: list[UUID], kinds: list[str]) -> list[ApprovalView]:
    """Return the approvals of some subjects, newest first."""
    found = select(Approval).where(Approval.subject_id.in_(subject_ids), Approval.kind.in_(kinds))
    return await _views(session, list(await session.scalars(found.order_by(Approval.id.desc()).limit(200))))


async def read_approval(session: AsyncSession, approval_id: UUID) -> ApprovalView:
    found = list(await session.scalars(select(Approval).filter_by(id=approval_id)))
    if not found:
        raise NoSuch(what="approval", id=approval_id)
    return (await _views(session, found))[0]


async def _views(session: AsyncSession, approvals: list[Approval]) -> list[ApprovalView]:
    of_these = Decision.approval_id.in_([approval.id for approval in approvals])
    decisions = list(await session.scalars(select(Decision).where(of_these).order_by(Decision.at, Decision.id)))
    return [_view(approval, [each for each in decisions if each.approval_id == approval.id]) for approval in approvals]


def _view(approval: Approval, decisions: list[Decision]) -> ApprovalView:
    signed = [
        each.organisation_id
        for each in decisions
        if each.act == "signed" and each.sha256 == approval.sha256 and each.organisation_id is not None
    ]
    open_for = approval.signatories if approval.state == "open" else []
    return ApprovalView(
        id=approval.id,
        version=len(decisions),  # each act adds one
        kind=approval.kind,
        subject_id=approval.subject_id,
        state=approval.state,
        before=approval.before,
        content=approval.content,
        sha256=approval.sha256,
        signatories=approval.signatories,
        signed=signed,
        waiting=[organisation for organisation in open_for if organisation not in signed],
        proposed_for=approval.proposed_for,
        proposed_at=approval.proposed_at,
        closed_at=approval.closed_at,
        decisions=[
            DecisionView(
                act=each.act,
                sha256=each.sha256,
                organisation_id=each.organisation_id,
                actor=each.actor,
                comment=each.comment,
                at=each.at,
            )
            for each in decisions
        ],
    )
