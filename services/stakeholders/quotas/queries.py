"""Reading quotas: SELECT straight into structs."""

from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import JSON, ScalarSelect, Select, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.i18n.text import Text
from libs.identity import Principal
from services.stakeholders.calls.models import Call
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import STANDING
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.quotas.models import OrganisationQuota, PanelQuota
from services.stakeholders.reach import within_reach


class PanelQuotaView(Struct, frozen=True, kw_only=True):
    panel_id: UUID
    limit: int
    standing: int


class QuotaView(Struct, frozen=True, kw_only=True):
    """What an organisation may have standing in a call, and has."""

    id: UUID
    version: int
    call_id: UUID
    organisation_id: UUID
    organisation: Text
    acronym: str
    limit: int
    standing: int
    panels: list[PanelQuotaView]


async def list_quotas(
    session: AsyncSession, principal: Principal, call_id: UUID, *, after: UUID | None, limit: int
) -> list[QuotaView]:
    """Return at most `limit` quotas of a call in the order of their ids; to an organisation, its own."""
    mine = {"tenant_id": principal.tenant_id, "id": call_id}
    if await session.scalar(select(Call.id).filter_by(**mine)) is None:
        raise NoSuch(what="call", id=call_id)
    query = _quotas(principal, call_id).order_by(OrganisationQuota.id).limit(limit)
    if after is not None:
        query = query.where(OrganisationQuota.id > after)
    return [convert(dict(row), QuotaView) for row in (await session.execute(query)).mappings()]


async def read_quota(session: AsyncSession, principal: Principal, call_id: UUID, organisation_id: UUID) -> QuotaView:
    query = _quotas(principal, call_id).where(OrganisationQuota.organisation_id == organisation_id)
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="quota of organisation", id=organisation_id)
    return convert(dict(row), QuotaView)


def _quotas(principal: Principal, call_id: UUID) -> Select[Any]:
    columns = ("id", "version", "call_id", "organisation_id", "limit")
    return (
        select(
            *(OrganisationQuota.__table__.c[name] for name in columns),
            Organisation.name.label("organisation"),
            Organisation.acronym,
            _standing().label("standing"),
            _panels().label("panels"),
        )
        .join(
            Organisation,
            (Organisation.tenant_id == OrganisationQuota.tenant_id)
            & (Organisation.id == OrganisationQuota.organisation_id),
        )
        .where(
            OrganisationQuota.tenant_id == principal.tenant_id,
            OrganisationQuota.call_id == call_id,
            within_reach(principal, OrganisationQuota.organisation_id),
        )
    )


def _standing(*more: Any) -> ScalarSelect[int]:
    """Return how many nominations count against the quota of the row."""
    return (
        select(func.count())
        .select_from(Nomination)
        .where(
            Nomination.tenant_id == OrganisationQuota.tenant_id,
            Nomination.call_id == OrganisationQuota.call_id,
            Nomination.organisation_id == OrganisationQuota.organisation_id,
            Nomination.state.in_(STANDING),
            *more,
        )
        .correlate(OrganisationQuota, PanelQuota)
        .scalar_subquery()
    )


def _panels() -> Any:
    each = func.json_build_object(
        *("panel_id", PanelQuota.panel_id),
        *("limit", PanelQuota.limit),
        *("standing", _standing(Nomination.panel_id == PanelQuota.panel_id)),
    )
    of_quota = (PanelQuota.tenant_id == OrganisationQuota.tenant_id) & (PanelQuota.quota_id == OrganisationQuota.id)
    panels = select(func.coalesce(func.json_agg(each), func.json_build_array())).where(of_quota)
    return type_coerce(panels.correlate(OrganisationQuota).scalar_subquery(), JSON)
