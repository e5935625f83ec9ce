import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path

import httpx2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select
from uuid_utils.compat import uuid7

from infra.mailbox.sink import mail_sink
from libs.contracts.events import LetterRequested
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import OutboxMessage
from libs.sealing import SealBroken, seal
from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.commands import Desk, queue_letter, send_letter
from services.outreach.letters.models import Letter
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


def request(day: Day, *, key: bytes = KEY, recipient: str = "salma@fed.example") -> LetterRequested:
    return LetterRequested(
        tenant_id=day.id,
        id=uuid7(),
        version=1,
        template="sign-in",
        language="fr",
        recipient=recipient,
        recipient_name="Salma",
        fields={"minutes": "15"},
        sealed_link=seal(key, "letter", SECRET),
    )


async def queue(sessions: Sessions, letter: LetterRequested) -> None:
    async with unit_of_work(sessions, letter.tenant_id) as session:
        await queue_letter(session, letter, NOW)


async def send(sessions: Sessions, letter: LetterRequested, desk: Desk) -> None:
    async with unit_of_work(sessions, letter.tenant_id) as session:
        await send_letter(session, letter.id, desk)


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


async def test_a_letter_that_was_not_taken_waits_for_the_next_try(
    sessions: Sessions, day: Day, desk: Desk, tmp_path: Path
) -> None:
    letter = request(day)
    await queue(sessions, letter)

    async def closed(_: EmailMessage) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await send(sessions, letter, Desk(desk.catalogue, KEY, desk.sender, closed))
    row = await kept(sessions, letter)
    assert (row.state, bool(row.sealed_link)) == ("queued", True)

    await send(sessions, letter, desk)
    assert len(mails(tmp_path)) == 1


class Refusing:
    """A mail server that answers every recipient the same."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    async def handle_RCPT(self, *_: SMTP | Session | Envelope | str | list[str]) -> str:  # noqa: N802 (aiosmtpd's name)
        return self._answer


@pytest.mark.parametrize(("answer", "state"), [("550 no such box", "refused"), ("450 try later", "queued")])
async def test_a_recipient_that_the_server_will_never_take_is_not_tried_again(
    sessions: Sessions, day: Day, answer: str, state: str
) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Refusing(answer), hostname="refusing"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    desk = Desk(read_catalogue(), KEY, "day@moussem.example", open_post_office(f"smtp://127.0.0.1:{port}"))
    letter = request(day)
    await queue(sessions, letter)
    async with server:
        if state == "queued":
            with pytest.raises(Exception, match="try later"):
                await send(sessions, letter, desk)
        else:
            await send(sessions, letter, desk)

    row = await kept(sessions, letter)
    assert (row.state, bool(row.sealed_link)) == (state, state == "queued")
    assert row.reason == ("550 no such box" if state == "refused" else "")


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
