"""Rendering the public pages when something that they show has changed: no work is left for a reader's request."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import to_builtins
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import (
    EditionChanged,
    Event,
    OrganisationChanged,
    PanelChanged,
    ProgrammeReleased,
    TenantChanged,
)
from libs.db.projections import keep_all_newest, keep_newest
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Heard, Subscriptions
from libs.published.commands import Document, publish_documents
from libs.tenants.subscribers import remember_tenant
from services.portal.db import Base
from services.portal.public.models import KnownEdition, KnownOrganisation, KnownPanel, KnownRelease, ListedDay
from services.portal.public.queries import day_for_public, editions_for_public, programme_for_public
from services.portal.public.rendering import day_pages, edition_pages
from services.portal.rendering import Rendering

HTML = "text/html; charset=utf-8"


# What is kept of a fact, and which edition's pages show it (none: those of all).
_KNOWN: dict[type[Event], tuple[type[Base], Callable[[Any], UUID | None]]] = {
    OrganisationChanged: (KnownOrganisation, lambda _: None),
    EditionChanged: (KnownEdition, lambda event: event.id),
    PanelChanged: (KnownPanel, lambda event: event.edition_id),
    ProgrammeReleased: (KnownRelease, lambda event: event.id),
}


def public_pages(rendering: Rendering) -> Subscriptions:
    """Return what the public pages listen to."""
    subscriptions = Subscriptions()

    @subscriptions.projection(TenantChanged)
    async def know_tenant(session: AsyncSession, event: TenantChanged, envelope: Envelope) -> None:
        await _lock_pages(session, event.tenant_id)
        await remember_tenant(session, event, envelope)
        listed = {name: getattr(event, name) for name in ("slug", "version", "name", "demonstration", "invented")}
        await keep_newest(session, ListedDay, listed, key=("slug",))
        await render_public_pages(session, rendering, event.tenant_id, None, envelope.occurred_at)

    @subscriptions.projection_of_all(*_KNOWN)
    async def know(session: AsyncSession, heard: Heard[Event]) -> None:
        """Keep all that a batch tells, then render once what shows any of it."""
        last, envelope = heard[-1]
        await _lock_pages(session, last.tenant_id)
        stale: set[UUID | None] = set()
        for kind, (table, edition_of) in _KNOWN.items():
            told = {event.id: event for event, _ in heard if isinstance(event, kind)}
            if told:
                rows = [_columns(event, table) for event, _ in heard if isinstance(event, kind)]
                stale |= {edition_of(told[news["id"]]) for news in await keep_all_newest(session, table, rows)}
        if stale:
            shown = None if None in stale else frozenset(filter(None, stale))
            await render_public_pages(session, rendering, last.tenant_id, shown, envelope.occurred_at)

    return subscriptions


async def render_public_pages(
    session: AsyncSession, rendering: Rendering, tenant_id: UUID, shown: frozenset[UUID] | None, now: datetime
) -> None:
    """Render the day's page and those of the editions named, or of all; nothing that is not public is looked at."""
    day = await day_for_public(session)
    if day is None:
        return
    editions = await editions_for_public(session)
    pages = day_pages(rendering, day, tuple(edition for _, edition in editions))
    for known_id, edition in editions:
        if shown is None or known_id in shown:
            pages |= edition_pages(rendering, day, edition, await programme_for_public(session, known_id))
    documents = [Document(path=path, content_type=HTML, body=body) for path, body in pages.items()]
    await publish_documents(session, tenant_id, documents, version=1, now=now)


async def _lock_pages(session: AsyncSession, tenant_id: UUID) -> None:
    """Let one at a time know and render for a tenant: whoever comes second sees what the first has written.

    Taken before a row is written: two batches of facts would else each hold what the other waits for.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"public {tenant_id}"))))


def _columns(event: Event, table: type[Base]) -> dict[str, Any]:
    """Return what of a fact the projection keeps: ids and days as they are, structures as JSON has them."""
    told = {column.name: getattr(event, column.name) for column in table.__table__.columns}
    return {name: value if isinstance(value, UUID | date) else to_builtins(value) for name, value in told.items()}
