"""Panels as they are read: SELECT straight into structs."""

from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Seat
from libs.errors import NoSuch
from libs.identity import Principal
from libs.permissions import PUBLIC, SPEAKER
from services.editions.editions.models import Edition
from services.editions.panels.models import Panel, PanelSeat


class PanelView(Struct, frozen=True, kw_only=True):
    """`unofficial` lists the languages in which the title is a translation of ours."""

    id: UUID
    version: int
    edition_id: UUID
    edition: str
    slug: str
    ordinal: int
    title: dict[str, str]
    unofficial: list[str]
    seats: list[Seat]
    origin_id: UUID | None


async def list_panels(session: AsyncSession, edition_id: UUID) -> list[PanelView]:
    """Return an edition's panels in their order, with their seats."""
    rows = await session.execute(_panels().where(Panel.edition_id == edition_id).order_by(Panel.ordinal))
    return [convert(dict(row), PanelView) for row in rows.mappings()]


async def read_panel(session: AsyncSession, principal: Principal, panel_id: UUID) -> PanelView:
    query = _panels().where(Panel.id == panel_id)
    if principal.role in {PUBLIC, SPEAKER}:
        query = query.where(Edition.announced)
    row = (await session.execute(query)).mappings().first()
    if row is None:
        raise NoSuch(what="panel", id=panel_id)
    return convert(dict(row), PanelView)


def _panels() -> Any:
    seat = func.json_build_object("id", PanelSeat.id, "role", PanelSeat.role, "ordinal", PanelSeat.ordinal)
    seats = (
        select(func.coalesce(func.json_agg(seat).filter(PanelSeat.id.is_not(None)), func.json_build_array()))
        .where(PanelSeat.tenant_id == Panel.tenant_id, PanelSeat.panel_id == Panel.id)
        .scalar_subquery()
    )
    own = [column for column in Panel.__table__.columns if column.name != "tenant_id"]
    return select(*own, Edition.slug.label("edition"), seats.label("seats")).join(
        Edition, (Edition.tenant_id == Panel.tenant_id) & (Edition.id == Panel.edition_id)
    )
