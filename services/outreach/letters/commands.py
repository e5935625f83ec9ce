"""Keeping a letter, and sending it. The caller owns the transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import LetterQueued, LetterRequested, LetterSent
from libs.messaging.outbox import publish
from libs.sealing import unseal
from libs.tenants.queries import known_tenant
from services.outreach.letters.catalogue import Catalogue
from services.outreach.letters.domain import AddressBroken
from services.outreach.letters.mail import compose
from services.outreach.letters.models import Letter
from services.outreach.letters.wording import word_letter

PURPOSE = "letter"  # what links in letters are sealed for


class RecipientRefused(Exception):
    """The mail server will never take this letter: trying again does not help."""


class Desk(Struct, frozen=True):
    """What is needed to write and send letters."""

    catalogue: Catalogue
    key: bytes  # opens the links
    sender: str
    post: Callable[[EmailMessage], Awaitable[None]]  # raises `RecipientRefused`; any other failure is tried again


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


async def send_letter(session: AsyncSession, letter_id: UUID, desk: Desk) -> None:
    """Send a letter that waits, in the transaction that notes it; its link is blanked with that.

    Should the process die between the mail server's answer and the commit, the letter goes out again under the same
    Message-ID: the one thing that can happen twice, for want of a transaction that spans both.
    """
    letter = (await session.scalars(select(Letter).filter_by(id=letter_id).with_for_update())).one()
    if letter.state != "queued":
        return
    day = (await known_tenant(session)).name
    now = (await session.scalars(select(func.clock_timestamp()))).one()
    try:
        await desk.post(_write(letter, day, desk, now))
    except (AddressBroken, RecipientRefused) as refusal:
        letter.state, letter.reason = "refused", str(refusal)
    else:
        letter.state, letter.sent_at = "sent", now
    letter.sealed_link = ""
    await session.flush()
    if letter.sent_at is not None:
        sent = LetterSent(
            tenant_id=letter.tenant_id, id=letter.id, version=letter.version, template=letter.template, sent_at=now
        )
        publish(session, sent, now)


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
