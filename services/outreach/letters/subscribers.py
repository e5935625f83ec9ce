"""What outreach does about letters: keeps the one that is asked for, sends the one that waits."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import LetterQueued, LetterRequested
from libs.db.absence import is_absence
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.outreach.letters.commands import (
    Desk,
    begin_to_send,
    note_refused,
    note_sent,
    note_unsure,
    queue_letter,
    take_up,
    try_later,
)
from services.outreach.letters.domain import AddressBroken, MailServerAway, OutcomeUnknown, RecipientRefused

log = structlog.get_logger(__name__)

_PAUSE = 1.0  # seconds until an answer of the mail server is written down again
_writing: set[asyncio.Task[None]] = set()  # what is under way keeps its task

Note = Callable[[AsyncSession], Awaitable[None]]


class _AnothersLetter(Exception):
    """Somebody else has begun to send it meanwhile."""


def letters(desk: Desk, sessions: Sessions) -> Subscriptions:
    subscriptions = Subscriptions()

    @subscriptions.effect(LetterRequested)
    async def keep_letter(session: AsyncSession, event: LetterRequested, envelope: Envelope) -> None:
        await queue_letter(session, event, envelope.occurred_at)

    @subscriptions.task(LetterQueued)
    async def post_letter(event: LetterQueued, envelope: Envelope) -> None:
        await send_letter(sessions, event, envelope, desk)

    return subscriptions


async def send_letter(sessions: Sessions, queued: LetterQueued, envelope: Envelope, desk: Desk) -> None:
    """Send a letter that waits. However often this is asked, and wherever it dies, nobody gets the letter twice."""
    tenant_id, letter_id = queued.tenant_id, queued.id
    try:
        async with unit_of_work(sessions, tenant_id) as session:
            taken_up = await take_up(session, letter_id, desk)
    except AddressBroken as broken:
        return await _write_down(sessions, tenant_id, partial(note_refused, letter_id=letter_id, reason=str(broken)))
    if taken_up is None:
        return None
    tries, message = taken_up
    attempt: int | None = None

    async def about_to_hand_over() -> None:
        nonlocal attempt
        async with unit_of_work(sessions, tenant_id) as session:
            attempt = await begin_to_send(session, letter_id, tries)
        if attempt is None:
            raise _AnothersLetter

    note: Note
    try:
        await desk.post(message, about_to_hand_over)
    except _AnothersLetter:
        return None
    except RecipientRefused as refusal:
        note = partial(note_refused, letter_id=letter_id, reason=str(refusal))
    except MailServerAway as away:
        log.warning("the mail server took no letter", reason=str(away), tries=tries + 1)
        tried = tries if attempt is None else attempt
        note = partial(try_later, queued=queued, envelope=envelope, desk=desk, tries=tried, reason=str(away))
    except OutcomeUnknown as unknown:
        log.warning("the mail server may have a letter, or not", letter=str(letter_id), reason=str(unknown))
        note = partial(note_unsure, letter_id=letter_id, attempt=attempt or 0, reason=str(unknown))
    else:
        note = partial(note_sent, letter_id=letter_id, attempt=attempt or 0)
    return await _write_down(sessions, tenant_id, note)


async def _write_down(sessions: Sessions, tenant_id: UUID, note: Note) -> None:
    """Note what came of it, for as long as that takes: nobody else knows, and whoever asked may be told to stop."""
    writing = asyncio.create_task(_until_noted(sessions, tenant_id, note))
    _writing.add(writing)
    writing.add_done_callback(_writing.discard)
    await asyncio.shield(writing)


async def _until_noted(sessions: Sessions, tenant_id: UUID, note: Note) -> None:
    while True:
        try:
            async with unit_of_work(sessions, tenant_id) as session:
                await note(session)
        except Exception as error:
            if not is_absence(error):
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return
