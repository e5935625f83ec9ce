"""Whatever dies, whenever: nothing that was said is lost, and no effect is had twice."""

import random
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from libs.contracts.events import LetterRequested
from libs.db.tenancy import unit_of_work
from libs.messaging.models import InboxMessage, OutboxMessage, ParkedMessage
from libs.messaging.outbox import publish
from libs.messaging.relay import relay_connection
from libs.sealing import seal
from services.outreach.letters.models import Letter
from tests.chaos.conftest import Ground
from tests.chaos.processes import die_at, working
from tests.chaos.worker import POINTS
from tests.days import Day
from tests.messaging.facts import NOW, until

LETTERS = 60
DEATHS = 2
THREADS = 8  # of a worker: as many letters at most are on their way when it dies
NOT_SENT_AGAIN = "UPDATE letter SET sending_since = sending_since - interval '2 minutes' WHERE state = 'sending'"


@pytest.mark.parametrize("point", POINTS)
async def test_every_letter_is_sent_once_though_the_worker_is_killed(ground: Ground, point: str) -> None:
    """E12, P12. What the mail server had been given when its worker died is held: nobody gets a letter twice."""
    day = Day()
    await day.make_known(ground.letters)
    asked = await _ask_for_letters(ground, day)

    for nth in random.sample(range(1, 12), DEATHS):
        await die_at(ground.environ, point, nth)
    async with unit_of_work(ground.letters, day.id) as session:
        await session.execute(text(NOT_SENT_AGAIN))  # as if the workers had died two minutes ago
    async with working(ground.environ):
        await until(lambda: _all_is_told(ground, day))

    async with unit_of_work(ground.letters, day.id) as session:
        letters = (await session.scalars(select(Letter))).all()
        told = Counter(await session.scalars(select(OutboxMessage.type)))
        effects = Counter(await session.scalars(select(InboxMessage.handler)))
        assert (await session.scalars(select(ParkedMessage))).all() == []
    assert {letter.id for letter in letters} == asked
    held = {letter.id for letter in letters if letter.state == "unsure"}
    assert {(letter.state, letter.sealed_link) for letter in letters if letter.id not in held} == {("sent", "")}
    assert len(held) <= DEATHS * THREADS
    told_of = {"letters.letter-requested": LETTERS, "outreach.letter-queued": LETTERS}
    assert told == {**told_of, "outreach.letter-sent": LETTERS - len(held)}
    assert set(effects.values()) == {LETTERS}, "each effect is remembered once"

    mails = Counter(identifier.strip("<").partition("@")[0] for identifier in ground.message_ids())
    assert max(mails.values()) == 1, "nobody gets a letter twice"
    assert {str(letter) for letter in asked - held} <= mails.keys() <= {str(letter) for letter in asked}


async def _ask_for_letters(ground: Ground, day: Day) -> set[UUID]:
    """Ask for letters, a transaction each, as so many requests would."""
    asked = set[UUID]()
    for number in range(LETTERS):
        letter = LetterRequested(
            tenant_id=day.id,
            id=uuid7(),
            version=1,
            template="sign-in",
            language=("fr", "ar", "en")[number % 3],
            recipient=f"person-{number}@fed.example",
            fields={"minutes": "15"},
            sealed_link=seal(ground.settings.key, "letter", f"https://day.example/sign-in/{number}"),
        )
        asked.add(letter.id)
        async with unit_of_work(ground.letters, day.id) as session:
            publish(session, letter, NOW)
    return asked


async def _all_is_told(ground: Ground, day: Day) -> bool:
    """Whether every letter was sent or is held, and every fact about it has left the outbox."""
    with relay_connection(ground.settings, "outreach") as connection:
        row = connection.execute(
            "SELECT count(*) FILTER (WHERE sent_at IS NULL) AS waiting FROM outbox WHERE tenant_id = %s", (day.id,)
        ).fetchone()
    async with unit_of_work(ground.letters, day.id) as session:
        ended = select(func.count()).select_from(Letter).where(Letter.state.in_(("sent", "unsure")))
        return row == {"waiting": 0} and await session.scalar(ended) == LETTERS
