"""Changes to panels: load, decide, save, announce. The caller owns the transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified
from uuid_utils.compat import uuid7

from libs.contracts.events import PanelChanged, Seat
from libs.contracts.programme import SeatRole
from libs.errors import NoSuch
from libs.fields import Slug, Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.web.conditional import IfMatch
from services.editions.editions.domain import NeedsSignatures
from services.editions.editions.models import Edition
from services.editions.panels.domain import SeatsTakenAway
from services.editions.panels.models import Panel, PanelSeat

Seats = dict[SeatRole, Annotated[int, Meta(ge=0, le=20)]]  # how many of each role


class RecordPanel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A panel of an edition that was held, or of one that is made anew; `seats` counts places by role."""

    slug: Slug
    ordinal: Annotated[int, Meta(ge=1, le=100)]
    title: Words
    unofficial: tuple[str, ...] = ()
    seats: Seats = {}


class ChangePanel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): what is not there stays, also the seats of a role that is not named."""

    title: Words | UnsetType = UNSET
    seats: Seats | UnsetType = UNSET


async def record_panel(
    session: AsyncSession, principal: Principal, edition_id: UUID, command: RecordPanel, now: datetime
) -> Panel:
    panel = Panel(
        tenant_id=principal.tenant_id,
        id=uuid7(),
        edition_id=edition_id,
        slug=command.slug,
        ordinal=command.ordinal,
        title=dict(command.title),
        unofficial=list(command.unofficial),
        origin_id=None,
    )
    session.add(panel)
    await session.flush()
    await _add_seats(session, panel, command.seats)
    await tell_panel(session, panel, now)
    record(session, principal, "panels.record", panel.id, now)
    return panel


async def change_panel(  # noqa: PLR0913, PLR0917 (the slice's four, the panel, the version it was read at)
    session: AsyncSession, principal: Principal, panel_id: UUID, command: ChangePanel, if_match: IfMatch, now: datetime
) -> Panel:
    """Retitle a panel, or give it seats, while its edition is not announced; afterwards it takes all signatures."""
    panel = await lock_panel(session, panel_id)
    if_match.check(panel.version)
    edition = (await session.scalars(select(Edition).filter_by(id=panel.edition_id))).one()
    if edition.announced:
        raise NeedsSignatures(edition=edition.slug)
    if command.title is not UNSET:
        panel.title, panel.unofficial = dict(command.title), []
    if command.seats is not UNSET:
        await _add_seats(session, panel, command.seats)
        flag_modified(panel, "title")  # its seats are part of its state: a new version
    await tell_panel(session, panel, now)
    record(session, principal, "panels.change", panel.id, now, version=panel.version)
    return panel


async def _add_seats(session: AsyncSession, panel: Panel, seats: Seats) -> None:
    """Bring each role to its number of seats; raise `SeatsTakenAway` where there are more already."""
    roles = await session.scalars(select(PanelSeat.role).filter_by(panel_id=panel.id))
    present = Counter(roles)
    for role, count in seats.items():
        if count < present[role]:
            raise SeatsTakenAway(pointer=f"/seats/{role}", role=role, present=present[role])
        session.add_all(
            PanelSeat(tenant_id=panel.tenant_id, panel_id=panel.id, role=role, ordinal=ordinal, origin_id=None)
            for ordinal in range(present[role] + 1, count + 1)
        )


async def lock_panel(session: AsyncSession, panel_id: UUID) -> Panel:
    panel = await session.scalar(select(Panel).filter_by(id=panel_id).with_for_update())
    if panel is None:
        raise NoSuch(what="panel", id=panel_id)
    return panel


async def tell_panel(session: AsyncSession, panel: Panel, now: datetime) -> None:
    """Announce the full state of a panel, its seats too."""
    await session.flush()
    seats = await session.scalars(select(PanelSeat).filter_by(panel_id=panel.id).order_by(PanelSeat.role, PanelSeat.id))
    publish(session, panel_changed(panel, seats.all()), now)


def panel_changed(panel: Panel, seats: Sequence[PanelSeat]) -> PanelChanged:
    return PanelChanged(
        tenant_id=panel.tenant_id,
        id=panel.id,
        version=panel.version,
        edition_id=panel.edition_id,
        slug=panel.slug,
        ordinal=panel.ordinal,
        title=panel.title,
        unofficial=tuple(panel.unofficial),
        seats=tuple(Seat(id=seat.id, role=seat.role, ordinal=seat.ordinal) for seat in seats),
    )
