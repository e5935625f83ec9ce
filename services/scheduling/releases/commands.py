"""Making a release: rows, rendered exports and the fact, in the transaction of the last signature."""

from datetime import datetime

from msgspec import convert, to_builtins
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.approvals.models import Approval
from libs.contracts.events import ProgrammeReleased
from libs.contracts.programme import Programme
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.published.commands import publish_document
from libs.tenants.queries import known_tenant
from services.scheduling.ground.domain import Ground, WallPlacement
from services.scheduling.ground.queries import last_release
from services.scheduling.known.models import KnownEdition
from services.scheduling.releases.domain import Issue, next_programme
from services.scheduling.releases.exports import documents
from services.scheduling.releases.models import Release


async def make_release(  # noqa: PLR0913, PLR0917 (the slice's four, and what is released)
    session: AsyncSession,
    principal: Principal,
    approval: Approval,
    ground: Ground,
    placements: list[WallPlacement],
    now: datetime,
) -> Release:
    """Publish what was signed as the edition's next release."""
    await session.execute(select(KnownEdition.id).filter_by(id=ground.edition_id).with_for_update())  # numbers in a row
    last = await last_release(session, ground.edition_id)
    tenant = await known_tenant(session)
    issue = Issue(tenant=tenant.slug, number=last.number + 1 if last else 1, released_at=now)
    programme = next_programme(ground, placements, convert(last.programme, Programme) if last else None, issue)
    release = Release(
        tenant_id=approval.tenant_id,
        edition_id=ground.edition_id,
        number=issue.number,
        draft_id=approval.subject_id,
        sha256=approval.sha256,
        content=approval.content,
        programme=to_builtins(programme),
        released_at=now,
    )
    session.add(release)
    await session.flush()
    for document in documents(programme, tuple(tenant.languages)):
        await publish_document(session, approval.tenant_id, document, version=issue.number, now=now)
    publish(session, programme_released(release), now)
    record(session, principal, "releases.make", release.id, now, number=issue.number, sha256=approval.sha256)
    return release


def programme_released(release: Release) -> ProgrammeReleased:
    return ProgrammeReleased(
        tenant_id=release.tenant_id,
        id=release.edition_id,
        version=release.number,
        programme=convert(release.programme, Programme),
    )
