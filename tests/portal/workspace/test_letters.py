"""What organisers see of letters, and do about those that may not have arrived; against the real services."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from libs.db.tenancy import Sessions, unit_of_work
from services.outreach.letters.domain import LetterState
from services.outreach.letters.models import Letter
from tests.days import Day
from tests.portal.workspace.conftest import SignIn
from tests.portal.workspace.visitor import Visitor

NOW = datetime.now(UTC)


@pytest.fixture
async def visitor(sign_in: SignIn, day: Day) -> Visitor:
    return await sign_in(day.of_ministry)


async def written(sessions: Sessions, day: Day, name: str, state: LetterState, reason: str = "") -> Letter:
    """Keep a letter that came so far."""
    letter = Letter(
        tenant_id=day.id,
        id=uuid7(),
        template="membership",
        language="fr",
        recipient=f"{name.lower()}@fed.example",
        recipient_name=name,
        fields={},
        sealed_link="" if state in {"sent", "refused"} else "sealed",
        state=state,
        reason=reason,
        tries=3,
        requested_at=NOW,
        waiting_since=NOW,
        sent_at=NOW if state == "sent" else None,
        next_try_at=NOW + timedelta(hours=1) if state == "queued" else None,
    )
    async with unit_of_work(sessions, day.id) as session:
        session.add(letter)
    return letter


async def test_each_letter_says_how_it_stands_and_the_doubtful_ones_are_sent_again(
    visitor: Visitor, day: Day, sessions_of: Callable[[str], Sessions]
) -> None:
    sessions = sessions_of("outreach")
    await written(sessions, day, "Salma", "sent")
    await written(sessions, day, "Karim", "refused", "550 no such box")
    await written(sessions, day, "Nadia", "queued", "Connection refused")
    given_up = await written(sessions, day, "Omar", "given_up", "Connection refused")
    doubtful = await written(sessions, day, "Leila", "unsure")

    page = await visitor.get("/letters")
    assert "2 letters may not have arrived" in page.words
    assert "It cannot be delivered: 550 no such box" in page.words
    assert "The mail server does not take it now; the next try is on" in page.words
    assert "The mail server did not take it, at 3 tries. Connection refused Send it again" in page.words
    assert "Perhaps sent We were interrupted while the mail server took it." in page.words

    page = await visitor.send(page, f"/letters/{doubtful.id}")
    assert (page.status, page.path) == (200, f"{visitor.root}/letters")
    assert "One letter may not have arrived" in page.words
    await visitor.send(page, f"/letters/{given_up.id}")
    async with unit_of_work(sessions, day.id) as session:
        again = [await session.get(Letter, (day.id, letter.id)) for letter in (doubtful, given_up)]
    assert [letter and letter.state for letter in again] == ["queued", "queued"]

    refused = await visitor.send(page, f"/letters/{doubtful.id}", once=str(uuid7()))
    assert refused.status == 409
    assert "This letter is not one that waits for somebody to decide" in refused.words
