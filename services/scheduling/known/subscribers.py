"""Keeping the projections of editions, panels and speakers; a draft that is up for signature follows them (E4)."""

from datetime import datetime
from uuid import UUID

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import EditionChanged, PanelChanged, SpeakerChanged
from libs.db.projections import keep_newest
from libs.identity import Principal
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.scheduling.approvals.commands import reopen_releases
from services.scheduling.known.models import KnownEdition, KnownPanel, KnownSpeaker

subscriptions = Subscriptions()


@subscriptions.projection(EditionChanged)
async def remember_edition(session: AsyncSession, event: EditionChanged, _: Envelope) -> None:
    await keep_newest(session, KnownEdition, {name: getattr(event, name) for name in _columns(KnownEdition)})


@subscriptions.projection(PanelChanged)
async def remember_panel(session: AsyncSession, event: PanelChanged, envelope: Envelope) -> None:
    told = {name: getattr(event, name) for name in _columns(KnownPanel)}
    if await keep_newest(session, KnownPanel, told):
        await _follow(session, event.tenant_id, event.edition_id, envelope.occurred_at)


@subscriptions.projection(SpeakerChanged)
async def remember_speaker(session: AsyncSession, event: SpeakerChanged, envelope: Envelope) -> None:
    told = {name: getattr(event, name) for name in _columns(KnownSpeaker)}
    told["availability"] = to_builtins(event.availability)
    if await keep_newest(session, KnownSpeaker, told):
        await _follow(session, event.tenant_id, event.edition_id, envelope.occurred_at)


async def _follow(session: AsyncSession, tenant_id: UUID, edition_id: UUID, now: datetime) -> None:
    await reopen_releases(session, Principal(tenant_id=tenant_id, tenant="", role="system"), edition_id, now)


def _columns(table: type[KnownEdition | KnownPanel | KnownSpeaker]) -> list[str]:
    return [column.name for column in table.__table__.columns]
