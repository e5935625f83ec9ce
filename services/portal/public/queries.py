"""What may be shown to everybody, from the portal's projections."""

from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Programme
from libs.regions import find_region
from libs.tenants.models import KnownTenant
from services.portal.public.content import Day, Edition, Panel
from services.portal.public.models import KnownEdition, KnownOrganisation, KnownPanel, KnownRelease, ListedDay


class OrganisationName(Struct, frozen=True):
    """How an organisation is called: shortly where there is room for little."""

    id: UUID
    acronym: str
    name: dict[str, str]


async def organisation_names(session: AsyncSession) -> dict[str, OrganisationName]:
    """Return the names of this tenant's organisations by id, as it is written in JSON."""
    rows = await session.execute(select(KnownOrganisation.id, KnownOrganisation.acronym, KnownOrganisation.name))
    return {str(row.id): OrganisationName(row.id, row.acronym, row.name) for row in rows}


async def listed_days(session: AsyncSession) -> list[ListedDay]:
    """Return every day that the start page lists, real ones before invented ones."""
    return list(await session.scalars(select(ListedDay).order_by(ListedDay.invented, ListedDay.slug)))


async def day_for_public(session: AsyncSession) -> Day | None:
    """Return the day of this transaction's tenant, if identity has told of it already."""
    tenant = await session.scalar(select(KnownTenant))
    if tenant is None:
        return None
    organisers = await session.execute(
        select(KnownOrganisation.id, KnownOrganisation.name).where(KnownOrganisation.id.in_(tenant.co_organisers))
    )
    names = {each.id: each.name for each in organisers}
    return Day(
        slug=tenant.slug,
        name=tenant.name,
        country=tenant.country,
        timezone=tenant.timezone,
        language=tenant.languages[0],
        patronage=tenant.patronage,
        co_organisers=tuple(names[each] for each in tenant.co_organisers if each in names),
        demonstration=tenant.demonstration,
        invented=tenant.invented,
    )


async def editions_for_public(session: AsyncSession) -> list[tuple[UUID, Edition]]:
    """Return the editions that are announced or released, with their panels; the latest first."""
    country = await session.scalar(select(KnownTenant.country)) or ""
    released = select(KnownRelease.id)
    public = or_(KnownEdition.announced, KnownEdition.id.in_(released))
    editions = list(await session.scalars(select(KnownEdition).where(public).order_by(KnownEdition.ordinal.desc())))
    panels = list(
        await session.scalars(
            select(KnownPanel)
            .where(KnownPanel.edition_id.in_([edition.id for edition in editions]), ~KnownPanel.removed)
            .order_by(KnownPanel.ordinal)
        )
    )
    return [
        (edition.id, _edition(edition, country, [panel for panel in panels if panel.edition_id == edition.id]))
        for edition in editions
    ]


async def programme_for_public(session: AsyncSession, edition_id: UUID) -> Programme | None:
    """Return the latest release, if there is one."""
    programme = await session.scalar(select(KnownRelease.programme).filter_by(id=edition_id))
    return convert(programme, Programme) if programme else None


def _edition(edition: KnownEdition, country: str, panels: list[KnownPanel]) -> Edition:
    region = find_region(country, edition.region)
    return Edition(
        slug=edition.slug,
        ordinal=edition.ordinal,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        city=edition.city,
        region=region.name if region else {},
        theme=edition.theme,
        unofficial=tuple(edition.unofficial),
        opened_by=edition.opened_by,
        facts=tuple(edition.facts),
        sources=tuple(edition.sources),
        demonstration=edition.demonstration,
        panels=tuple(
            Panel(slug=panel.slug, ordinal=panel.ordinal, title=panel.title, unofficial=tuple(panel.unofficial))
            for panel in panels
        ),
    )
