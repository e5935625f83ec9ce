"""What the mail server says of a letter, and what becomes of one whose answer nobody heard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec import structs
from sqlalchemy import func
from uuid_utils.compat import uuid7

from libs.db.absence import DatabaseAway
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import DueFact
from services.outreach.letters import subscribers
from services.outreach.letters.commands import Desk
from services.outreach.letters.domain import BeingSent
from tests.days import Day
from tests.outreach.letters.answering import Answering, standing
from tests.outreach.letters.sending import (
    change,
    count,
    elsewhere,
    kept,
    mails,
    queue,
    request,
    send,
)


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
