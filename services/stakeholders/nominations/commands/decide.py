"""What becomes of a nomination: its organisation withdraws it, the co-organisers shortlist, select or reject it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Seat
from libs.identity import Principal
from services.stakeholders.known.models import KnownPanel
from services.stakeholders.nominations.commands.move import lock_nomination, move_nomination
from services.stakeholders.nominations.domain import NotYours, check_seat
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import SEATED


class SelectNomination(Struct, frozen=True, forbid_unknown_fields=True):
    seat_id: UUID


async def withdraw_nomination(
    session: AsyncSession, principal: Principal, nomination_id: UUID, now: datetime
) -> Nomination:
    nomination, person = await lock_nomination(session, principal, nomination_id)
    if nomination.organisation_id != principal.organisation_id:
        raise NotYours
    await move_nomination(session, principal, nomination, person, "withdraw", now)
    return nomination


async def shortlist_nomination(
    session: AsyncSession, principal: Principal, nomination_id: UUID, now: datetime
) -> Nomination:
    nomination, person = await lock_nomination(session, principal, nomination_id)
    await move_nomination(session, principal, nomination, person, "shortlist", now)
    return nomination


async def reject_nomination(
    session: AsyncSession, principal: Principal, nomination_id: UUID, now: datetime
) -> Nomination:
    nomination, person = await lock_nomination(session, principal, nomination_id)
    await move_nomination(session, principal, nomination, person, "reject", now)
    return nomination


async def select_nomination(
    session: AsyncSession, principal: Principal, nomination_id: UUID, command: SelectNomination, now: datetime
) -> Nomination:
    """Give a nomination one of its panel's seats: one that nobody else holds."""
    nomination, person = await lock_nomination(session, principal, nomination_id)
    seats = await _lock_seats(session, nomination)
    holder = await _holder(session, nomination, command.seat_id)
    check_seat(command.seat_id, nomination.seat_role, seats, holder=holder)
    nomination.seat_id = command.seat_id
    await move_nomination(session, principal, nomination, person, "select", now)
    return nomination


async def unselect_nomination(
    session: AsyncSession, principal: Principal, nomination_id: UUID, now: datetime
) -> Nomination:
    """Undo a selection, as long as nobody was invited."""
    nomination, person = await lock_nomination(session, principal, nomination_id)
    nomination.seat_id = None
    await move_nomination(session, principal, nomination, person, "unselect", now)
    return nomination


async def _lock_seats(session: AsyncSession, nomination: Nomination) -> list[Seat]:
    """Lock the panel first, look who holds the seat after: two selections must not both find it free."""
    panel = select(KnownPanel.seats).filter_by(tenant_id=nomination.tenant_id, id=nomination.panel_id, removed=False)
    return convert(await session.scalar(panel.with_for_update(key_share=True)) or [], list[Seat])


async def _holder(session: AsyncSession, nomination: Nomination, seat_id: UUID) -> UUID | None:
    holding = select(Nomination.id).filter_by(tenant_id=nomination.tenant_id, seat_id=seat_id)
    return await session.scalar(holding.where(Nomination.state.in_(SEATED), Nomination.id != nomination.id))
