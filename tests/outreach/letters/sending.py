"""Letters, sent to a mail server that is there."""

from datetime import UTC, datetime
from mailbox import Maildir
from pathlib import Path

from msgspec import structs, to_builtins
from sqlalchemy import func, select, update
from uuid_utils.compat import uuid7

from libs.contracts.events import LetterQueued, LetterRequested
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope as FactEnvelope
from libs.messaging.models import DueFact, ParkedMessage
from libs.sealing import seal
from services.outreach.letters.commands import Desk, queue_letter
from services.outreach.letters.models import Letter
from services.outreach.letters.subscribers import send_letter
from services.outreach.post_office import open_post_office
from tests.days import Day

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)


KEY = b"k" * 32


SECRET = "https://day.example/fr/jni/sign-in/one-time-secret"  # noqa: S105 (no secret of anybody's)


def mails(tmp_path: Path) -> list[str]:
    return [mail.as_string() for mail in Maildir(tmp_path / "mail", create=False)]


def request(
    day: Day, *, key: bytes = KEY, recipient: str = "salma@fed.example", template: str = "sign-in"
) -> LetterRequested:
    return LetterRequested(
        tenant_id=day.id,
        id=uuid7(),
        version=1,
        template=template,
        language="fr",
        recipient=recipient,
        recipient_name="Salma",
        fields={"minutes": "15"} if template == "sign-in" else {},
        sealed_link=seal(key, "letter", SECRET),
    )


async def queue(sessions: Sessions, letter: LetterRequested) -> None:
    async with unit_of_work(sessions, letter.tenant_id) as session:
        await queue_letter(session, letter, NOW)


async def send(sessions: Sessions, letter: LetterRequested, desk: Desk) -> None:
    queued = LetterQueued(tenant_id=letter.tenant_id, id=letter.id, version=1)
    await send_letter(sessions, queued, enveloped(queued), desk)


def enveloped(queued: LetterQueued) -> FactEnvelope:
    return FactEnvelope(
        id=uuid7(),
        type="outreach.letter-queued",
        tenant_id=queued.tenant_id,
        body=to_builtins(queued),
        actor="system",
        correlation_id="",
        occurred_at=NOW,
    )


async def change(sessions: Sessions, letter: LetterRequested, **columns: object) -> None:
    """Let time have passed for a letter."""
    async with unit_of_work(sessions, letter.tenant_id) as session:
        await session.execute(update(Letter).filter_by(id=letter.id).values(**columns))


async def count(sessions: Sessions, day: Day, table: type[DueFact | ParkedMessage]) -> int:
    async with unit_of_work(sessions, day.id) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def kept(sessions: Sessions, letter: LetterRequested) -> Letter:
    async with unit_of_work(sessions, letter.tenant_id) as session:
        return (await session.scalars(select(Letter).filter_by(id=letter.id))).one()


def elsewhere(desk: Desk, smtp_url: str) -> Desk:
    return structs.replace(desk, post=open_post_office(smtp_url))
