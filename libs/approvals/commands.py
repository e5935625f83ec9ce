"""Proposing, signing, refusing, withdrawing. The caller owns the transaction."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.domain import NothingChanges, Proposal, hash_of
from libs.approvals.models import Approval, Decision
from libs.errors import NoSuch
from libs.fields import Paragraph, Sha256
from libs.identity import Principal
from libs.journal.commands import record
from libs.tenants.queries import known_tenant

# Makes the approved content real, in the transaction of the last signature.
Effect = Callable[[AsyncSession, Principal, Approval, datetime], Awaitable[None]]


class Sign(Struct, frozen=True, forbid_unknown_fields=True):
    """`sha256` is the hash of the text that was read."""

    sha256: Sha256
    comment: Paragraph = ""


class Refuse(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]


class Change(Struct, frozen=True, kw_only=True):
    """What is proposed: a kind of change to one subject, what stands, and what shall stand."""

    kind: str
    subject_id: UUID
    before: Mapping[str, Any]
    content: Mapping[str, Any]


async def propose(
    session: AsyncSession, principal: Principal, change: Change, now: datetime, effect: Effect
) -> Approval:
    """Put a change up for signature; a change that needs nobody's takes effect at once.

    Where one is open for the same subject, its text is replaced: a new hash, and no signature holds for it.
    """
    sha256 = hash_of(change.content)
    if sha256 == hash_of(change.before):
        raise NothingChanges
    tenant = await known_tenant(session)
    approval = await _open(session, change)
    act = "changed" if approval else "proposed"
    if approval is None:
        approval = Approval(
            tenant_id=principal.tenant_id,
            kind=change.kind,
            subject_id=change.subject_id,
            state="open",
            signatories=list(tenant.co_organisers) if change.kind in tenant.protected else [],
        )
        session.add(approval)
    approval.before, approval.content, approval.sha256 = dict(change.before), dict(change.content), sha256
    approval.proposed_by, approval.proposed_for, approval.proposed_at = (
        principal.actor,
        principal.organisation_id,
        now,
    )
    await session.flush()
    _decide(session, principal, approval, act, "", now)
    if not approval.signatories:
        await _apply(session, principal, approval, now, effect)
    return approval


async def sign(  # noqa: PLR0913, PLR0917 (the slice's four, and what it applies to)
    session: AsyncSession, principal: Principal, approval_id: UUID, command: Sign, now: datetime, effect: Effect
) -> Approval:
    """Sign one exact text for the principal's organisation; the last signature makes it real."""
    approval, proposal = await _lock(session, approval_id)
    complete = proposal.sign(principal.organisation_id, command.sha256)
    _decide(session, principal, approval, "signed", command.comment, now)
    if complete:
        await _apply(session, principal, approval, now, effect)
    return approval


async def refuse(
    session: AsyncSession, principal: Principal, approval_id: UUID, command: Refuse, now: datetime
) -> Approval:
    approval, proposal = await _lock(session, approval_id)
    proposal.refuse(principal.organisation_id)
    _decide(session, principal, approval, "refused", command.reason, now)
    approval.state, approval.closed_at = "refused", now
    return approval


async def withdraw(session: AsyncSession, principal: Principal, approval_id: UUID, now: datetime) -> Approval:
    approval, proposal = await _lock(session, approval_id)
    proposal.withdraw(principal.organisation_id)
    _decide(session, principal, approval, "withdrawn", "", now)
    approval.state, approval.closed_at = "withdrawn", now
    return approval


async def _open(session: AsyncSession, change: Change) -> Approval | None:
    """Lock the open approval of a subject, if there is one."""
    found = select(Approval).filter_by(kind=change.kind, subject_id=change.subject_id, state="open").with_for_update()
    approval: Approval | None = await session.scalar(found)
    return approval


async def _lock(session: AsyncSession, approval_id: UUID) -> tuple[Approval, Proposal]:
    """Lock first, then read who has signed: two last signatures must not both think that another one is missing."""
    approval = await session.scalar(select(Approval).filter_by(id=approval_id).with_for_update())
    if approval is None:
        raise NoSuch(what="approval", id=approval_id)
    signed = await session.scalars(
        select(Decision.organisation_id).filter_by(approval_id=approval_id, act="signed", sha256=approval.sha256)
    )
    return approval, Proposal(
        state=approval.state,
        sha256=approval.sha256,
        signatories=frozenset(approval.signatories),
        signed=frozenset(organisation for organisation in signed if organisation is not None),
        proposed_for=approval.proposed_for,
    )


def _decide(  # noqa: PLR0913, PLR0917 (one decision's facts)
    session: AsyncSession, principal: Principal, approval: Approval, act: str, comment: str, now: datetime
) -> None:
    session.add(
        Decision(
            tenant_id=approval.tenant_id,
            approval_id=approval.id,
            act=act,
            sha256=approval.sha256,
            organisation_id=principal.organisation_id,
            actor=principal.actor,
            comment=comment,
            at=now,
        )
    )
    record(session, principal, f"approvals.{act}", approval.id, now, kind=approval.kind, sha256=approval.sha256)


async def _apply(
    session: AsyncSession, principal: Principal, approval: Approval, now: datetime, effect: Effect
) -> None:
    approval.state, approval.closed_at = "applied", now
    await effect(session, principal, approval, now)
