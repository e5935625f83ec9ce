"""Keeping the projections of editions and panels."""

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import EditionChanged, PanelChanged
from libs.db.projections import keep_newest
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.stakeholders.known.models import KnownEdition, KnownPanel

subscriptions = Subscriptions()


@subscriptions.projection(EditionChanged)
async def remember_edition(session: AsyncSession, event: EditionChanged, _: Envelope) -> None:
    told = {column.name: getattr(event, column.name) for column in KnownEdition.__table__.columns}
    await keep_newest(session, KnownEdition, told)


@subscriptions.projection(PanelChanged)
async def remember_panel(session: AsyncSession, event: PanelChanged, _: Envelope) -> None:
    told = {column.name: getattr(event, column.name) for column in KnownPanel.__table__.columns}
    await keep_newest(session, KnownPanel, {**told, "seats": to_builtins(event.seats)})
