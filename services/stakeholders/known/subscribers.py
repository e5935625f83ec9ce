"""Keeping the projections of editions and panels."""

from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import EditionChanged, PanelChanged
from libs.db.projections import keep_all_newest, keep_newest
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Heard, Subscriptions
from services.stakeholders.known.models import KnownEdition, KnownPanel

subscriptions = Subscriptions()


@subscriptions.projection(EditionChanged)
async def remember_edition(session: AsyncSession, event: EditionChanged, _: Envelope) -> None:
    told = {column.name: getattr(event, column.name) for column in KnownEdition.__table__.columns}
    await keep_newest(session, KnownEdition, told)


@subscriptions.projection_of_all(PanelChanged)
async def remember_panels(session: AsyncSession, heard: Heard[PanelChanged]) -> None:
    names = [column.name for column in KnownPanel.__table__.columns]
    await keep_all_newest(session, KnownPanel, [{name: getattr(event, name) for name in names} for event, _ in heard])
