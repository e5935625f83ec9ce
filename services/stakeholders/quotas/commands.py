"""Changes to quotas: load, decide, save, announce. The caller owns the transaction."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct
from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.web.conditional import IfMatch
from services.stakeholders.calls.models import Call
from services.stakeholders.known.domain import NoSuchPanel
from services.stakeholders.known.models import KnownPanel
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import STANDING
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.quotas.models import OrganisationQuota, PanelQuota
from services.stakeholders.quotas.quota import PanelTwice, Quota

Number = Annotated[int, Meta(ge=0, le=10_000)]


class PanelLimit(Struct, frozen=True, forbid_unknown_fields=True):
    panel_id: UUID
    limit: Number


class SetQuota(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole quota of one organisation: `limit` for the call, and less for some panels where wished."""

    limit: Number
    panels: Annotated[tuple[PanelLimit, ...], Meta(max_length=100)] = ()


async def set_quota(  # noqa: PLR0913, PLR0917 (the slice's four, call and organisation, the version it was read at)
    session: AsyncSession,
    principal: Principal,
    call_id: UUID,
    organisation_id: UUID,
    command: SetQuota,
    if_match: IfMatch,
    now: datetime,
) -> OrganisationQuota:
    """Give an organisation its quota, or another one: never less than what it has standing."""
    panels = await _lock_call(session, principal, call_id, organisation_id)
    _check_panels(command, panels)
    quota = await lock_quota(session, principal, call_id, organisation_id)
    if quota is None:
        quota = OrganisationQuota(tenant_id=principal.tenant_id, call_id=call_id, organisation_id=organisation_id)
        session.add(quota)
    else:
        if_match.check(quota.version)
        standing = Counter(await session.scalars(_panels_standing_for(principal, call_id, organisation_id)))
        Quota(command.limit, {each.panel_id: each.limit for each in command.panels}, standing).check()
        await session.execute(delete(PanelQuota).filter_by(tenant_id=principal.tenant_id, quota_id=quota.id))
    quota.limit = command.limit
    quota.changed_at = now
    await session.flush()
    session.add_all(
        PanelQuota(tenant_id=quota.tenant_id, quota_id=quota.id, panel_id=each.panel_id, limit=each.limit)
        for each in command.panels
    )
    record(session, principal, "quotas.change", quota.id, now, organisation=str(organisation_id), limit=command.limit)
    return quota


async def lock_quota(
    session: AsyncSession, principal: Principal, call_id: UUID, organisation_id: UUID | None
) -> OrganisationQuota | None:
    """Return an organisation's quota, if it has one; until the transaction ends nobody else counts against it."""
    key = {"tenant_id": principal.tenant_id, "call_id": call_id, "organisation_id": organisation_id}
    return await session.scalar(select(OrganisationQuota).filter_by(**key).with_for_update(key_share=True))


async def _lock_call(
    session: AsyncSession, principal: Principal, call_id: UUID, organisation_id: UUID
) -> frozenset[UUID]:
    """Lock the call, so that two do not both make an organisation's first quota; return its edition's panels."""
    panels = select(KnownPanel.id).filter_by(tenant_id=principal.tenant_id, edition_id=Call.edition_id, removed=False)
    invited = (Organisation.tenant_id == Call.tenant_id) & (Organisation.id == organisation_id)
    found = await session.execute(
        select(func.array(panels.correlate(Call).scalar_subquery()), Organisation.id)
        .select_from(Call)
        .outerjoin(Organisation, invited)
        .where(Call.tenant_id == principal.tenant_id, Call.id == call_id)
        .with_for_update(key_share=True, of=Call)
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuch(what="call", id=call_id)
    if row.id is None:
        raise NoSuch(what="organisation", id=organisation_id)
    return frozenset(row[0])


def _panels_standing_for(principal: Principal, call_id: UUID, organisation_id: UUID) -> Select[Any]:
    key = {"tenant_id": principal.tenant_id, "call_id": call_id, "organisation_id": organisation_id}
    return select(Nomination.panel_id).filter_by(**key).where(Nomination.state.in_(STANDING))


def _check_panels(command: SetQuota, panels: frozenset[UUID]) -> None:
    seen = set[UUID]()
    for place, each in enumerate(command.panels):
        if each.panel_id in seen:
            raise PanelTwice(pointer=f"/panels/{place}/panel_id")
        if each.panel_id not in panels:
            raise NoSuchPanel(pointer=f"/panels/{place}/panel_id", panel=str(each.panel_id))
        seen.add(each.panel_id)
