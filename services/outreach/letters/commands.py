"""Keeping a letter, and each step of sending it. The caller owns the transaction.

Nothing spans the mail server's answer and our commit. So a letter is marked before the mail server is given it, and
marked again when the answer is there. One that is found marked and without an answer is held, never sent again by
itself (docs/decisions/0008).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from msgspec import Struct, to_builtins
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import LetterQueued, LetterRequested, LetterSent
from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.envelopes import Envelope
from libs.messaging.models import ParkedMessage
from libs.messaging.outbox import postpone, publish
from libs.sealing import unseal
from libs.tenants.queries import known_tenant
from services.outreach.letters.catalogue import Catalogue
from services.outreach.letters.domain import BeingSent, check_held, has_lost_its_sender, next_try
from services.outreach.letters.mail import compose
from services.outreach.letters.models import Letter
from services.outreach.letters.wording import word_letter

PURPOSE = "letter"  # what links in letters are sealed for
_WAIT = ("queued", "given_up")  # what the mail server surely has not


class Desk(Struct, frozen=True):
    """What is needed to write and send letters.

    `post` awaits what it is given, then hands the message over; it raises `RecipientRefused`, `MailServerAway` or
    `OutcomeUnknown` where the mail server does not say that it took it.
    """

    catalogue: Catalogue
    key: bytes  # opens the links
    sender: str
    post: Callable[[EmailMessage, Callable[[], Awaitable[None]]], Awaitable[None]]


async def queue_letter(session: AsyncSession, request: LetterRequested, now: datetime) -> None:
    """Keep a letter and say that it waits; a request that was heard before changes nothing."""
    letter = insert(Letter).values(
        tenant_id=request.tenant_id,
        id=request.id,
        version=1,
        template=request.template,
        language=request.language,
        recipient=request.recipient,
        recipient_name=request.recipient_name,
        fields=request.fields,
        sealed_link=request.sealed_link,
        state="queued",
        reason="",
        requested_at=now,
    )
    if await session.scalar(letter.on_conflict_do_nothing().returning(Letter.id)) is not None:
        publish(session, LetterQueued(tenant_id=request.tenant_id, id=request.id, version=1), now)


async def take_up(session: AsyncSession, letter_id: UUID, desk: Desk) -> tuple[int, EmailMessage] | None:
    """Return how often a letter was tried, and the message; none where nothing is to be sent, or not yet.

    A letter that is found half sent, by nobody who lives, is held. Raise `BeingSent` while somebody may be at it,
    `AddressBroken` for a recipient that is none.
    """
    letter, now = await _lock(session, letter_id), await _now(session)
    if letter.state == "sending" and letter.sending_since is not None:
        if not has_lost_its_sender(letter.sending_since, now):
            raise BeingSent
        letter.state = "unsure"
    if letter.state not in _WAIT or (letter.next_try_at is not None and now < letter.next_try_at):
        return None
    day = (await known_tenant(session)).name
    return letter.tries, _write(letter, day, desk, now)


async def begin_to_send(session: AsyncSession, letter_id: UUID, tries: int) -> int | None:
    """Mark a letter before the mail server is given it; return which try this is, none where it is another's."""
    letter = await _lock(session, letter_id)
    if letter.state not in _WAIT or letter.tries != tries:
        return None
    letter.state, letter.sending_since, letter.next_try_at = "sending", await _now(session), None
    letter.tries += 1
    return letter.tries


async def note_sent(session: AsyncSession, letter_id: UUID, attempt: int) -> None:
    """Note that the mail server took a letter at this try; its link is blanked with that."""
    letter = await _mine(session, letter_id, attempt)
    if letter is None:
        return
    now = await _now(session)
    letter.state, letter.sent_at, letter.sending_since, letter.reason, letter.sealed_link = "sent", now, None, "", ""
    await session.flush()
    sent = LetterSent(
        tenant_id=letter.tenant_id, id=letter.id, version=letter.version, template=letter.template, sent_at=now
    )
    publish(session, sent, now)


async def note_refused(session: AsyncSession, letter_id: UUID, reason: str) -> None:
    """Note that nobody will ever take a letter to this recipient."""
    letter = await _lock(session, letter_id)
    if letter.state in {*_WAIT, "sending", "unsure"}:
        letter.state, letter.reason, letter.sending_since, letter.next_try_at = "refused", reason, None, None
        letter.sealed_link = ""


async def note_unsure(session: AsyncSession, letter_id: UUID, attempt: int, reason: str) -> None:
    """Hold a letter that the mail server was given at this try, and may have."""
    letter = await _mine(session, letter_id, attempt)
    if letter is not None:
        letter.state, letter.reason = "unsure", reason


async def try_later(  # noqa: PLR0913, PLR0917 (which try of what failed, and why)
    session: AsyncSession, queued: LetterQueued, envelope: Envelope, desk: Desk, tries: int, reason: str
) -> None:
    """Let a letter that was not taken wait for its next try; give it up, and park it, when it is not worth another."""
    letter = await _lock(session, queued.id)
    was_handed_over = letter.state in {"sending", "unsure"} and letter.tries == tries
    if not was_handed_over:
        if letter.state not in _WAIT or letter.tries != tries:
            return
        letter.tries += 1
    now = await _now(session)
    lasts = timedelta(minutes=desk.catalogue.templates[letter.template].declared.worth_sending)
    letter.reason, letter.sending_since = reason, None
    letter.next_try_at = next_try(letter.tries, letter.waiting_since, now, lasts=lasts)
    if letter.next_try_at is not None:
        letter.state = "queued"
        postpone(session, queued, letter.next_try_at)
        return
    letter.state = "given_up"
    parked = insert(ParkedMessage).values(
        tenant_id=envelope.tenant_id,
        id=envelope.id,
        type=envelope.type,
        envelope=to_builtins(envelope),
        reason=f"The mail server did not take this letter, {letter.tries} times since "
        f"{letter.waiting_since:%Y-%m-%d %H:%M}: {reason}",
    )
    await session.execute(parked.on_conflict_do_nothing())


async def send_again(session: AsyncSession, principal: Principal, letter_id: UUID, now: datetime) -> None:
    """Have a letter sent that may not have arrived: a person has decided that twice is better than never."""
    letter = await session.scalar(select(Letter).filter_by(id=letter_id).with_for_update())
    if letter is None:
        raise NoSuch(what="letter", id=letter_id)
    check_held(letter.state)
    letter.state, letter.reason, letter.waiting_since, letter.next_try_at = "queued", "", now, None
    letter.sending_since = None
    await session.flush()
    publish(session, LetterQueued(tenant_id=letter.tenant_id, id=letter.id, version=letter.version), now)
    record(session, principal, "letters.send", letter.id, now)


async def _lock(session: AsyncSession, letter_id: UUID) -> Letter:
    return (await session.scalars(select(Letter).filter_by(id=letter_id).with_for_update())).one()


async def _mine(session: AsyncSession, letter_id: UUID, attempt: int) -> Letter | None:
    """Return a letter while this try is the last one that was begun."""
    letter = await _lock(session, letter_id)
    return letter if letter.tries == attempt and letter.state in {"sending", "unsure"} else None


async def _now(session: AsyncSession) -> datetime:
    """Return the database's clock, the one that all workers share."""
    now: datetime = (await session.scalars(select(func.clock_timestamp()))).one()
    return now


def _write(letter: Letter, day: dict[str, str], desk: Desk, now: datetime) -> EmailMessage:
    wording = word_letter(
        desk.catalogue,
        letter.template,
        letter.language,
        letter.fields,
        day=day,
        name=letter.recipient_name,
        link=unseal(desk.key, PURPOSE, letter.sealed_link) if letter.sealed_link else "",
    )
    return compose(
        letter.id,
        wording,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        sender=desk.sender,
        sender_name=wording.day,
        now=now,
    )
