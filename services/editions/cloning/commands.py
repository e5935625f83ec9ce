"""Making a new edition from an earlier one. The caller owns the transaction.

This service copies its rows here, one statement per table; the others copy theirs when they hear `EditionCloned`.
"""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import Carried, EditionCloned, Origin
from libs.db.copying import copy_rows, to_be_copied
from libs.fields import Line, RegionId, Slug, Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.regions import require_region
from libs.tenants.queries import known_tenant
from services.editions.cloning.domain import ALL, check_carried, shift
from services.editions.cloning.models import CloneStep, Cloning
from services.editions.commitments.commands import commitment_changed
from services.editions.commitments.models import Commitment
from services.editions.editions.commands import lock_edition, next_ordinal, tell_edition
from services.editions.editions.domain import check_dates, check_slug
from services.editions.editions.models import Edition
from services.editions.panels.commands import panel_changed
from services.editions.panels.models import Panel, PanelSeat

COPYING_SERVICES = ("editions", "stakeholders", "scheduling")


class CloneEdition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`clone_of` is the slug or id of the edition to start from; `carry` says what comes along."""

    clone_of: Line
    slug: Slug
    starts_on: date
    ends_on: date
    city: Words
    region: RegionId
    carry: tuple[Carried, ...] = ALL
    demonstration: bool = False


async def clone_edition(session: AsyncSession, principal: Principal, command: CloneEdition, now: datetime) -> Edition:
    origin = await lock_edition(session, command.clone_of)
    taken = frozenset(await session.scalars(select(Edition.slug)))
    check_slug(command.slug, taken)
    check_dates(command.starts_on, command.ends_on, today=now.date())
    check_carried(frozenset(command.carry))
    require_region((await known_tenant(session)).country, command.region)
    shift_days = shift(origin.starts_on, origin.ends_on, command.starts_on)

    edition = _successor(principal, origin, command, await next_ordinal(session))
    session.add(edition)
    await tell_edition(session, edition, now)
    panels = await _copy_panels(session, edition, origin) if "panels" in command.carry else []
    seats = await _copy_seats(session, panels) if "seats" in command.carry else []
    await _tell_panels(session, edition, now)
    commitments = await _hand_over(session, edition, origin, now) if "commitments" in command.carry else 0

    counts = {"panels": len(panels), "seats": len(seats), "commitments": commitments}
    await _begin(session, edition, origin, shift_days, command, counts, now)
    publish(
        session,
        EditionCloned(
            tenant_id=edition.tenant_id,
            id=edition.id,
            version=1,
            origin_id=origin.id,
            shift_days=shift_days,
            carried=tuple(sorted(command.carry)),
            panels=tuple(panels),
            seats=tuple(seats),
        ),
        now,
    )
    record(session, principal, "editions.clone", edition.id, now, origin=str(origin.id), shift_days=shift_days)
    return edition


def _successor(principal: Principal, origin: Edition, command: CloneEdition, ordinal: int) -> Edition:
    """Return the new edition: what the old one was, without what happened there."""
    return Edition(
        tenant_id=principal.tenant_id,
        slug=command.slug,
        ordinal=ordinal,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        timezone=origin.timezone,
        city=dict(command.city),
        region=command.region,
        theme=origin.theme,
        unofficial=origin.unofficial,
        opened_by="",
        facts=[],
        sources=[],
        demonstration=command.demonstration or origin.demonstration,
        announced=False,
        origin_id=origin.id,
    )


async def _copy_panels(session: AsyncSession, edition: Edition, origin: Edition) -> list[Origin]:
    old = await session.scalars(select(Panel.id).filter_by(edition_id=origin.id).order_by(Panel.ordinal))
    return await copy_rows(session, Panel, to_be_copied(old), edition_id=edition.id, version=1)


async def _copy_seats(session: AsyncSession, panels: list[Origin]) -> list[Origin]:
    of_panels = PanelSeat.panel_id.in_([pair.origin_id for pair in panels])
    old = await session.scalars(select(PanelSeat.id).where(of_panels).order_by(PanelSeat.id))
    return await copy_rows(session, PanelSeat, to_be_copied(old), follow={"panel_id": panels})


async def _hand_over(session: AsyncSession, edition: Edition, origin: Edition, now: datetime) -> int:
    """Carry what is still open over as acquis."""
    old = await session.scalars(select(Commitment.id).filter_by(edition_id=origin.id, state="open"))
    copied = await copy_rows(session, Commitment, to_be_copied(old), edition_id=edition.id, version=1, acquis=True)
    for commitment in await session.scalars(select(Commitment).filter_by(edition_id=edition.id)):
        publish(session, commitment_changed(commitment), now)
    return len(copied)


async def _tell_panels(session: AsyncSession, edition: Edition, now: datetime) -> None:
    panels = list(await session.scalars(select(Panel).filter_by(edition_id=edition.id)))
    seats = list(await session.scalars(select(PanelSeat).where(PanelSeat.panel_id.in_([panel.id for panel in panels]))))
    for panel in panels:
        publish(session, panel_changed(panel, [seat for seat in seats if seat.panel_id == panel.id]), now)


async def _begin(  # noqa: PLR0913, PLR0917 (one row and its steps)
    session: AsyncSession,
    edition: Edition,
    origin: Edition,
    shift_days: int,
    command: CloneEdition,
    counts: dict[str, int],
    now: datetime,
) -> None:
    """Note what was asked and which services have yet to answer; this one is done."""
    key = {"tenant_id": edition.tenant_id, "edition_id": edition.id}
    session.add(
        Cloning(**key, origin_id=origin.id, shift_days=shift_days, carried=sorted(command.carry), started_at=now)
    )
    await session.flush()
    for service in COPYING_SERVICES:
        done = service == "editions"
        state = "done" if done else "waiting"
        counted = counts if done else {}
        session.add(CloneStep(**key, service=service, state=state, counts=counted, reason="", at=now if done else None))
