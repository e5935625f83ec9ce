"""Changes to editions: load, decide, save, announce. The caller owns the transaction."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, structs
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import EditionChanged
from libs.errors import NoSuch
from libs.fields import RegionId, Slug, Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.regions import require_region
from libs.tenants.queries import known_tenant
from libs.web.conditional import IfMatch
from services.editions.editions.domain import NeedsSignatures, check_dates, check_slug
from services.editions.editions.models import Edition, matches


class RecordEdition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition that was held before the day came here: as its sources tell it, and nothing added."""

    slug: Slug
    ordinal: Annotated[int, Meta(ge=1, le=500)]
    starts_on: date
    ends_on: date
    city: Words
    region: RegionId
    theme: dict[str, str]
    unofficial: tuple[str, ...] = ()
    opened_by: str = ""
    facts: tuple[dict[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    demonstration: bool = False


class ChangeEdition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): what is not there stays."""

    starts_on: date | UnsetType = UNSET
    ends_on: date | UnsetType = UNSET
    city: Words | UnsetType = UNSET
    region: RegionId | UnsetType = UNSET


async def record_edition(session: AsyncSession, principal: Principal, command: RecordEdition, now: datetime) -> Edition:
    taken = frozenset(await session.scalars(select(Edition.slug)))
    tenant = await known_tenant(session)
    check_slug(command.slug, taken)
    require_region(tenant.country, command.region)
    edition = Edition(
        tenant_id=principal.tenant_id,
        timezone=tenant.timezone,
        announced=True,
        origin_id=None,
        **{name: _mutable(value) for name, value in structs.asdict(command).items()},
    )
    session.add(edition)
    await tell_edition(session, edition, now)
    record(session, principal, "editions.record", edition.id, now)
    return edition


async def change_edition(  # noqa: PLR0913, PLR0917 (the slice's four, the edition, the version it was read at)
    session: AsyncSession, principal: Principal, key: str, command: ChangeEdition, if_match: IfMatch, now: datetime
) -> Edition:
    """Change an edition that is not announced yet; afterwards it takes all signatures."""
    edition = await lock_edition(session, key)
    if_match.check(edition.version)
    if edition.announced:
        raise NeedsSignatures(edition=edition.slug)
    set_particulars(edition, command, today=now.date(), country=(await known_tenant(session)).country)
    await tell_edition(session, edition, now)
    record(session, principal, "editions.change", edition.id, now, version=edition.version)
    return edition


def set_particulars(edition: Edition, command: ChangeEdition, *, today: date, country: str) -> None:
    """Set days and place, where the rules allow them."""
    starts_on = edition.starts_on if command.starts_on is UNSET else command.starts_on
    ends_on = edition.ends_on if command.ends_on is UNSET else command.ends_on
    if (starts_on, ends_on) != (edition.starts_on, edition.ends_on):
        check_dates(starts_on, ends_on, today=today)
    if command.region is not UNSET:
        require_region(country, command.region)
        edition.region = command.region
    if command.city is not UNSET:
        edition.city = dict(command.city)
    edition.starts_on, edition.ends_on = starts_on, ends_on


async def lock_edition(session: AsyncSession, key: str | UUID) -> Edition:
    """Return an edition by slug or id, locked for a change."""
    edition = await session.scalar(select(Edition).where(matches(key)).with_for_update())
    if edition is None:
        raise NoSuch(what="edition", id=key)
    return edition


async def next_ordinal(session: AsyncSession) -> int:
    return (await session.scalar(select(func.max(Edition.ordinal))) or 0) + 1


async def tell_edition(session: AsyncSession, edition: Edition, now: datetime) -> None:
    """Announce the full state of an edition."""
    await session.flush()  # gives it its id and version
    publish(session, edition_changed(edition), now)


def edition_changed(edition: Edition) -> EditionChanged:
    return EditionChanged(
        tenant_id=edition.tenant_id,
        id=edition.id,
        version=edition.version,
        slug=edition.slug,
        ordinal=edition.ordinal,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        timezone=edition.timezone,
        city=edition.city,
        region=edition.region,
        theme=edition.theme,
        unofficial=tuple(edition.unofficial),
        opened_by=edition.opened_by,
        facts=tuple(edition.facts),
        sources=tuple(edition.sources),
        demonstration=edition.demonstration,
        cloned_from=edition.origin_id,
        announced=edition.announced,
    )


def _mutable(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
