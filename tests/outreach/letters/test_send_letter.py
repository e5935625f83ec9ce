import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import structs, to_builtins
from sqlalchemy import func, select, update
from uuid_utils.compat import uuid7

from infra.mailbox.sink import mail_sink
from libs.contracts.events import LetterQueued, LetterRequested
from libs.db.absence import DatabaseAway
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope as FactEnvelope
from libs.messaging.models import DueFact, OutboxMessage, ParkedMessage
from libs.sealing import SealBroken, seal
from services.outreach.letters import subscribers
from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.commands import Desk, queue_letter
from services.outreach.letters.domain import BeingSent
from services.outreach.letters.models import Letter
from services.outreach.letters.subscribers import send_letter
from services.outreach.post_office import open_post_office
from tests.days import Day

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
KEY = b"k" * 32
SECRET = "https://day.example/fr/jni/sign-in/one-time-secret"  # noqa: S105 (no secret of anybody's)


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("outreach")


@pytest.fixture
async def day(sessions: Sessions) -> Day:
    day = Day()
    await day.make_known(sessions)
    return day


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with mail_sink(tmp_path / "mail") as smtp_url:
        yield Desk(read_catalogue(), KEY, "day@moussem.example", open_post_office(smtp_url))


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


async def test_a_letter_is_sent_once_and_its_link_is_blanked(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path
) -> None:
    """E12."""
    letter = request(day)
    for _ in range(2):
        await queue(sessions, letter)
    assert (await kept(sessions, letter)).sealed_link

    await asyncio.gather(*(send(sessions, letter, desk) for _ in range(5)))

    (mail,) = mails(tmp_path)
    assert f"<{letter.id}@moussem.example>" in mail
    assert SECRET in mail.replace("=\n", "")
    row = await kept(sessions, letter)
    assert (row.state, row.sealed_link) == ("sent", "")
    assert row.sent_at is not None
    async with unit_of_work(sessions, day.id) as session:
        told = await session.scalars(select(OutboxMessage.type).order_by(OutboxMessage.id))
        assert told.all() == ["outreach.letter-queued", "outreach.letter-sent"]


async def test_a_letter_waits_for_days_while_the_mail_server_is_away_and_tries_seldomer_and_seldomer(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path
) -> None:
    letter, nobody = request(day, template="membership"), elsewhere(desk, "smtp://127.0.0.1:1")
    await queue(sessions, letter)
    pauses = []
    for _ in range(9):
        await send(sessions, letter, nobody)
        await send(sessions, letter, nobody)  # told twice, and before its time: nothing is tried
        row = await kept(sessions, letter)
        assert row.next_try_at is not None
        pauses.append(round((row.next_try_at - row.waiting_since).total_seconds() / 60))
        await change(sessions, letter, next_try_at=row.waiting_since)
    row = await kept(sessions, letter)
    assert (row.state, row.tries, bool(row.sealed_link)) == ("queued", 9, True)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert "127.0.0.1" in row.reason
    assert await count(sessions, day, DueFact) == 9, "each next try is a fact that is told when it is due"
    assert await count(sessions, day, ParkedMessage) == 0

    await send(sessions, letter, desk)
    assert (await kept(sessions, letter)).state == "sent"
    assert len(mails(tmp_path)) == 1


async def test_a_letter_that_is_not_worth_another_try_is_given_up_parked_and_sent_when_somebody_asks(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path, client_of: Callable[..., httpx2.AsyncClient]
) -> None:
    """P12."""
    letter = request(day, template="membership")
    await queue(sessions, letter)
    await change(sessions, letter, waiting_since=func.now() - timedelta(days=3))
    await send(sessions, letter, elsewhere(desk, "smtp://127.0.0.1:1"))

    row = await kept(sessions, letter)
    assert (row.state, row.next_try_at, bool(row.sealed_link)) == ("given_up", None, True)
    async with unit_of_work(sessions, day.id) as session:
        (parked,) = (await session.scalars(select(ParkedMessage))).all()
    assert parked.reason.startswith("The mail server did not take this letter, 1 times since ")

    client = client_of("outreach", day.of_ministry)
    address = f"/api/v1/{day.slug}/letters/{letter.id}/sendings"
    again = await client.post(address, headers={"Idempotency-Key": str(uuid7())})
    assert (again.status_code, again.json()["state"]) == (201, "queued")
    await send(sessions, letter, desk)
    assert len(mails(tmp_path)) == 1
    refused = await client.post(address, headers={"Idempotency-Key": str(uuid7())})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/letter-not-held")


async def test_a_sign_in_link_is_not_sent_when_it_works_no_longer(sessions: Sessions, day: Day, desk: Desk) -> None:
    letter = request(day)
    await queue(sessions, letter)
    await change(sessions, letter, waiting_since=func.now() - timedelta(minutes=15))
    await send(sessions, letter, elsewhere(desk, "smtp://127.0.0.1:1"))
    assert (await kept(sessions, letter)).state == "given_up"


def elsewhere(desk: Desk, smtp_url: str) -> Desk:
    return structs.replace(desk, post=open_post_office(smtp_url))


class Answering:
    """A mail server that gives one answer to each recipient, or to each message."""

    def __init__(self, *, recipient: str = "250 OK", message: str = "250 OK") -> None:
        self._recipient = recipient
        self._message = message
        self.messages = 0

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._recipient

    async def handle_DATA(self, server: SMTP, _: Session, __: Envelope) -> str:  # noqa: N802 (likewise)
        self.messages += 1
        if not self._message and server.transport:
            server.transport.close()  # it has the message, and nobody hears of it
        return self._message


@asynccontextmanager
async def standing(server: Answering) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(server, hostname="answering"), "127.0.0.1", 0)
    async with listening:
        yield f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("asked", ["recipient", "message"])
@pytest.mark.parametrize("answer", ["550 no such box", "450 try later"])
async def test_a_recipient_that_the_server_will_never_take_is_not_tried_again(
    sessions: Sessions, day: Day, desk: Desk, asked: str, answer: str
) -> None:
    letter, state = request(day), "refused" if answer.startswith("5") else "queued"
    await queue(sessions, letter)
    async with standing(Answering(**{asked: answer})) as smtp_url:
        await send(sessions, letter, elsewhere(desk, smtp_url))

    row = await kept(sessions, letter)
    assert (row.state, row.reason, bool(row.sealed_link)) == (state, answer, state == "queued")
    assert await count(sessions, day, DueFact) == (state == "queued")


async def test_a_letter_that_the_mail_server_may_have_is_held_until_somebody_decides(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path, client_of: Callable[..., httpx2.AsyncClient]
) -> None:
    letter, server = request(day), Answering(message="")
    await queue(sessions, letter)
    async with standing(server) as smtp_url:
        for _ in range(3):
            await send(sessions, letter, elsewhere(desk, smtp_url))

    row = await kept(sessions, letter)
    assert (server.messages, row.state, bool(row.sealed_link)) == (1, "unsure", True)
    client = client_of("outreach", day.of_ministry)
    await client.post(f"/api/v1/{day.slug}/letters/{letter.id}/sendings", headers={"Idempotency-Key": str(uuid7())})
    await send(sessions, letter, desk)
    assert (await kept(sessions, letter)).state == "sent"
    assert len(mails(tmp_path)) == 1


async def test_a_letter_whose_worker_died_while_it_handed_it_over_is_held_and_not_sent_again(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path
) -> None:
    letter = request(day)
    await queue(sessions, letter)

    async def die(_: EmailMessage, about_to_hand_over: Callable[[], Awaitable[None]]) -> None:
        await about_to_hand_over()
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await send(sessions, letter, structs.replace(desk, post=die))
    with pytest.raises(BeingSent):
        await send(sessions, letter, desk)
    await change(sessions, letter, sending_since=func.now() - timedelta(minutes=2))
    await send(sessions, letter, desk)

    assert (await kept(sessions, letter)).state == "unsure"
    assert mails(tmp_path) == []


async def test_what_the_mail_server_answered_is_noted_though_the_database_is_away_meanwhile(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, away = request(day), 2
    await queue(sessions, letter)

    async def post(message: EmailMessage, about_to_hand_over: Callable[[], Awaitable[None]]) -> None:
        await desk.post(message, about_to_hand_over)
        monkeypatch.setattr(subscribers, "unit_of_work", sometimes)

    @asynccontextmanager
    async def sometimes(*arguments: Any) -> AsyncIterator[Any]:
        nonlocal away
        if away:
            away -= 1
            raise DatabaseAway
        async with unit_of_work(*arguments) as session:
            yield session

    monkeypatch.setattr(subscribers, "_PAUSE", 0.01)
    await send(sessions, letter, structs.replace(desk, post=post))

    assert (await kept(sessions, letter)).state == "sent"
    assert away == 0
    assert len(mails(tmp_path)) == 1


async def test_an_address_that_is_none_is_refused_and_reaches_no_server(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path
) -> None:
    """P24."""
    letter = request(day, recipient="salma@fed.example\r\nRCPT TO:<e@e.example>")
    await queue(sessions, letter)
    await send(sessions, letter, desk)

    assert (await kept(sessions, letter)).state == "refused"
    assert mails(tmp_path) == []


async def test_a_link_that_was_sealed_elsewhere_is_not_opened(sessions: Sessions, day: Day, desk: Desk) -> None:
    letter = request(day, key=b"x" * 32)
    await queue(sessions, letter)
    with pytest.raises(SealBroken):
        await send(sessions, letter, desk)


async def test_organisers_see_letters_newest_first_without_their_links(
    sessions: Sessions, day: Day, desk: Desk, client_of: Callable[..., httpx2.AsyncClient]
) -> None:
    letters = [request(day) for _ in range(3)]
    for letter in letters:
        await queue(sessions, letter)
    await send(sessions, letters[0], desk)

    client = client_of("outreach", day.of_ministry)
    first = await client.get(f"/api/v1/{day.slug}/letters?limit=2")
    rest = await client.get(f"/api/v1/{day.slug}/letters?limit=2&cursor={first.json()['next']}")
    items = [*first.json()["items"], *rest.json()["items"]]
    assert [item["id"] for item in items] == [str(letter.id) for letter in reversed(letters)]
    assert [item["state"] for item in items] == ["queued", "queued", "sent"]
    assert not any("link" in field or "fields" in field for item in items for field in item)

    assert (await client_of("outreach", day.of_federation).get(f"/api/v1/{day.slug}/letters")).status_code == 403
    assert (await client_of("outreach").get(f"/api/v1/{day.slug}/letters")).status_code == 401
    other = Day()
    await other.make_known(sessions)
    assert (await client_of("outreach", other.of_ministry).get(f"/api/v1/{other.slug}/letters")).json()["items"] == []
