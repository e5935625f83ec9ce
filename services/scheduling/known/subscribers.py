"""Keeping the projections of editions, panels and speakers; a draft that is up for signature follows them (E4)."""

from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import EditionChanged, PanelChanged, SpeakerChanged
from libs.db.projections import keep_all_newest, keep_newest
from libs.identity import Principal
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Heard, Subscriptions, hear_of
from services.scheduling.approvals.commands import reopen_releases
from services.scheduling.known.models import KnownEdition, KnownPanel, KnownSpeaker

subscriptions = Subscriptions()


@subscriptions.projection(EditionChanged)
async def remember_edition(session: AsyncSession, event: EditionChanged, _: Envelope) -> None:
    await keep_newest(session, KnownEdition, {name: getattr(event, name) for name in _columns(KnownEdition)})


@subscriptions.projection_of_all(PanelChanged)
async def remember_panels(session: AsyncSession, heard: Heard[PanelChanged]) -> None:
    await _remember(session, KnownPanel, heard)


@subscriptions.projection_of_all(SpeakerChanged)
async def remember_speakers(session: AsyncSession, heard: Heard[SpeakerChanged]) -> None:
    await _remember(session, KnownSpeaker, heard)


async def _remember(
    session: AsyncSession, table: type[KnownPanel | KnownSpeaker], heard: Heard[PanelChanged] | Heard[SpeakerChanged]
) -> None:
    """Keep what was told; then let the drafts of each edition of which there is news follow, once."""
    names = _columns(table)
    news = await keep_all_newest(session, table, [{name: getattr(event, name) for name in names} for event, _ in heard])
    new = {each["id"] for each in news}
    moments = {(event.tenant_id, event.edition_id): envelope for event, envelope in heard if event.id in new}
    for (tenant_id, edition_id), envelope in moments.items():
        hear_of(session, envelope, f"{__name__}.follow")
        principal = Principal(tenant_id=tenant_id, tenant="", role="system")
        await reopen_releases(session, principal, edition_id, envelope.occurred_at)


def _columns(table: type[KnownEdition | KnownPanel | KnownSpeaker]) -> list[str]:
    return [column.name for column in table.__table__.columns]
