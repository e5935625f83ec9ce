"""A letter is sent once, however long the mail server is away."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import DueFact, OutboxMessage, ParkedMessage
from libs.sealing import SealBroken
from services.outreach.letters.commands import Desk
from tests.days import Day
from tests.outreach.letters.sending import (
    SECRET,
    change,
    count,
    elsewhere,
    kept,
    mails,
    queue,
    request,
    send,
)


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
