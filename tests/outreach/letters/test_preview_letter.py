from collections.abc import Awaitable, Callable

import httpx2
import pytest

from libs.db.tenancy import Sessions
from tests.days import Day

Ask = Callable[..., Awaitable[httpx2.Response]]

FIELDS = {"panel": {"fr": "L'eau", "ar": "الماء"}, "seat_role": "speaker", "starts_on": "2026-11-03", "city": "Fès"}


@pytest.fixture
async def day(sessions_of: Callable[[str], Sessions]) -> Day:
    day = Day()
    await day.make_known(sessions_of("outreach"))
    return day


@pytest.fixture
def ask(client_of: Callable[..., httpx2.AsyncClient], day: Day) -> Ask:
    async def ask(**changes: object) -> httpx2.Response:
        asked = {"template": "invitation", "language": "fr", "name": "Salma", "fields": FIELDS} | changes
        return await client_of("outreach", day.of_ministry).post(f"/api/v1/{day.slug}/letters/previews", json=asked)

    return ask


async def test_a_letter_is_read_before_it_is_sent_and_nothing_is_kept(
    ask: Ask, client_of: Callable[..., httpx2.AsyncClient], day: Day
) -> None:
    answer = await ask()
    told = answer.json()
    assert told["subject"].startswith("Invitation")
    assert told["lines"][0]["text"] == "Bonjour Salma,"
    assert [line["text"] for line in told["lines"] if line["is_link"]] == ["Répondre à l’invitation"]
    letters = await client_of("outreach", day.of_ministry).get(f"/api/v1/{day.slug}/letters")
    assert letters.json()["items"] == []


async def test_it_reads_in_the_language_that_is_asked_for(ask: Ask) -> None:
    """E28."""
    told = (await ask(language="ar")).json()
    assert "الماء" in " ".join(line["text"] for line in told["lines"])


@pytest.mark.parametrize(
    "changes",
    [
        {"template": "nothing"},
        {"fields": {"speakrs": "x"}},
        {"fields": {"starts_on": "soon"}},
        {"fields": {"seat_role": {"fr": "x"}}},
        {"fields": {"starts_on": 7}},
    ],
)
async def test_what_does_not_fit_the_letter_is_refused(ask: Ask, changes: dict[str, object]) -> None:
    """E12: an unknown field is named, and nothing crashes."""
    assert (await ask(**changes)).status_code == 400
