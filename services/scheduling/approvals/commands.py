"""Putting a draft up for signature, and what the last signature does. The caller owns the transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.commands import Change, Effect, propose
from libs.approvals.domain import NothingChanges, hash_of
from libs.approvals.models import Approval
from libs.errors import NoSuch
from libs.i18n.text import pick
from libs.identity import Principal
from services.scheduling.approvals.domain import (
    RELEASE,
    BreaksRules,
    ChangedSinceSigned,
    NothingPlaced,
    content_of,
    differing,
)
from services.scheduling.constraints.registry import check, hard
from services.scheduling.constraints.sentences import tell
from services.scheduling.drafts.models import Draft
from services.scheduling.ground.domain import programme_of
from services.scheduling.ground.queries import last_release, read_stand
from services.scheduling.releases.commands import make_release


async def propose_release(
    session: AsyncSession, principal: Principal, draft_id: UUID, language: str, now: datetime
) -> Approval:
    """Put exactly this draft up for signature, unless it breaks a hard rule; nobody has signed it yet."""
    draft: Draft | None = await session.scalar(select(Draft).filter_by(id=draft_id).with_for_update())
    if draft is None:
        raise NoSuch(what="draft", id=draft_id)
    ground, placements = await read_stand(session, draft.id)
    if not placements:
        raise NothingPlaced
    problem = ground.problem()
    broken = tell(hard(check(problem, programme_of(problem, placements))), ground.texts(), language)
    if broken:
        sentences = [each.sentence for each in broken]
        raise BreaksRules(count=len(broken), first=sentences[0], sentences=sentences)
    change = await _change(session, draft, content_of(ground, placements))
    return await propose(session, principal, change, now, release)


async def reopen_releases(session: AsyncSession, principal: Principal, edition_id: UUID, now: datetime) -> None:
    """Put the present text of each draft that is up for signature in place of the one that was changed (E4).

    It has a new hash: whoever signed the old one has to sign again.
    """
    open_ones = (
        select(Approval, Draft)
        .join(Draft, (Draft.tenant_id == Approval.tenant_id) & (Draft.id == Approval.subject_id))
        .where(Approval.kind == RELEASE, Approval.state == "open", Draft.edition_id == edition_id)
        .order_by(Approval.id)
        .with_for_update(of=Approval)  # one that is being signed for the last time is open no longer
    )
    for approval, draft in (await session.execute(open_ones)).all():
        content = content_of(*await read_stand(session, draft.id))
        if hash_of(content) == approval.sha256:
            continue
        proposed_by, proposed_for = approval.proposed_by, approval.proposed_for
        try:
            await propose(session, principal, await _change(session, draft, content), now, release)
        except NothingChanges:
            continue  # it is what is public already: a last signature on the old text is refused below
        approval.proposed_by, approval.proposed_for = proposed_by, proposed_for


async def release(session: AsyncSession, principal: Principal, approval: Approval, now: datetime) -> None:
    """Make what was signed public, if it is what the draft says now."""
    ground, placements = await read_stand(session, approval.subject_id)
    content = content_of(ground, placements)
    if hash_of(content) != approval.sha256:
        titles = differing(approval.content, content)
        raise ChangedSinceSigned(titles=", ".join(pick(title, "") for title in titles), sessions=titles)
    await make_release(session, principal, approval, ground, placements, now)


EFFECTS: Mapping[str, Effect] = {RELEASE: release}


async def _change(session: AsyncSession, draft: Draft, content: dict[str, Any]) -> Change:
    last = await last_release(session, draft.edition_id)
    return Change(kind=RELEASE, subject_id=draft.id, before=last.content if last else {}, content=content)
