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
from libs.published.commands import publish_documents
from libs.tenants.models import KnownTenant
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
    of_tenant = select(KnownTenant).join(KnownEdition, KnownEdition.tenant_id == KnownTenant.tenant_id)
    locked = of_tenant.where(KnownEdition.id == ground.edition_id).with_for_update(of=KnownEdition)  # numbers in a row
    tenant = (await session.scalars(locked)).one()
    last = await last_release(session, ground.edition_id)
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
    rendered = documents(programme, tuple(tenant.languages))
    await publish_documents(session, approval.tenant_id, rendered, version=issue.number, now=now)
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
