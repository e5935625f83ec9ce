"""What outreach does about letters: keeps the one that is asked for, sends the one that waits."""

from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import LetterQueued, LetterRequested
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.outreach.letters.commands import Desk, queue_letter, send_letter


def letters(desk: Desk) -> Subscriptions:
    subscriptions = Subscriptions()

    @subscriptions.effect(LetterRequested)
    async def keep_letter(session: AsyncSession, event: LetterRequested, envelope: Envelope) -> None:
        await queue_letter(session, event, envelope.occurred_at)

    @subscriptions.effect(LetterQueued)
    async def post_letter(session: AsyncSession, event: LetterQueued, _: Envelope) -> None:
        await send_letter(session, event.id, desk)

    return subscriptions
