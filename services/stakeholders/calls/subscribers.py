"""The share of this service in the making of an edition from another: its call and its quotas, and nobody's data.

The call comes along as a draft, its dates shifted; quotas by panel point to the new edition's panels. People,
nominations and invitations stay where they are, and nobody gains a right (E6).
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import NOT_COPIED, CloneStepDone, EditionCloned, Origin
from libs.db.copying import copy_rows, to_be_copied
from libs.messaging.envelopes import Envelope
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Subscriptions
from services.stakeholders.calls.models import Call
from services.stakeholders.quotas.models import OrganisationQuota, PanelQuota

subscriptions = Subscriptions()
_SERVICE = "stakeholders"


@subscriptions.effect(EditionCloned)
async def copy_call(session: AsyncSession, event: EditionCloned, envelope: Envelope) -> None:
    """Copy what was asked for and report it; an edition that has a call already keeps that one, as it is."""
    shift = literal(timedelta(days=event.shift_days))
    calls = await copy_rows(
        session,
        Call,
        to_be_copied(await _ids(session, event.tenant_id, Call, edition_id=[event.origin_id])),
        edition_id=event.id,
        opens_at=Call.opens_at + shift,
        closes_at=Call.closes_at + shift,
        state="draft",
        version=1,
    )
    quotas: list[Origin] = []
    panel_quotas: list[Origin] = []
    if "quotas" in event.carried:
        quotas, panel_quotas = await _copy_quotas(session, event, calls, envelope)
    for call in await session.scalars(select(Call).filter_by(tenant_id=event.tenant_id, edition_id=event.id)):
        publish(session, call.fact(), envelope.occurred_at)
    counts = {"calls": len(calls), "quotas": len(quotas), "panel_quotas": len(panel_quotas)}
    publish(session, _done(event, counts), envelope.occurred_at)


@subscriptions.given_up(EditionCloned)
async def report_failure(session: AsyncSession, event: EditionCloned, envelope: Envelope) -> None:
    publish(session, _done(event, {}, failed=NOT_COPIED), envelope.occurred_at)


async def _copy_quotas(
    session: AsyncSession, event: EditionCloned, calls: Sequence[Origin], envelope: Envelope
) -> tuple[list[Origin], list[Origin]]:
    old_calls = [pair.origin_id for pair in calls]
    quotas = await copy_rows(
        session,
        OrganisationQuota,
        to_be_copied(await _ids(session, event.tenant_id, OrganisationQuota, call_id=old_calls)),
        follow={"call_id": calls},
        changed_at=envelope.occurred_at,
        version=1,
    )
    old_quotas = [pair.origin_id for pair in quotas]
    panel_quotas = await copy_rows(
        session,
        PanelQuota,
        to_be_copied(await _ids(session, event.tenant_id, PanelQuota, quota_id=old_quotas)),
        follow={"quota_id": quotas, "panel_id": event.panels},
    )
    return quotas, panel_quotas


async def _ids(
    session: AsyncSession,
    tenant_id: UUID,
    table: type[Call | OrganisationQuota | PanelQuota],
    **among: Sequence[UUID],
) -> Sequence[UUID]:
    """Return the ids of the rows whose column is one of the given ids."""
    [(name, values)] = among.items()
    columns = table.__table__.c
    rows = select(columns.id).where(columns.tenant_id == tenant_id, columns[name].in_(values)).order_by(columns.id)
    return (await session.scalars(rows)).all()


def _done(event: EditionCloned, counts: dict[str, int], *, failed: str = "") -> CloneStepDone:
    return CloneStepDone(
        tenant_id=event.tenant_id,
        id=uuid5(event.id, _SERVICE),
        version=1,
        edition_id=event.id,
        service=_SERVICE,
        counts=counts,
        failed=failed,
    )
