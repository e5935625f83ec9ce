"""A change says which version it was made from."""

from sqlalchemy import update

from libs.db.tenancy import Sessions, unit_of_work
from services.editions.editions.models import Edition
from tests.days import Day
from tests.libs.web.conftest import Client

ELSEWHERE = {"city": {"fr": "Tanger"}}


async def test_a_read_has_an_etag_and_is_not_repeated(client_of: Client, day: Day, address: str, held: Edition) -> None:
    client = client_of("editions", day.of_ministry)
    first = await client.get(f"{address}/{held.slug}")
    assert first.headers["etag"].startswith('"v1-')
    again = await client.get(f"{address}/{held.slug}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


async def test_a_change_without_its_version_is_asked_for_it_and_a_stale_one_is_refused(
    client_of: Client, day: Day, address: str, held: Edition, sessions: Sessions
) -> None:
    async with unit_of_work(sessions, day.id) as session:
        await session.execute(update(Edition).values(announced=False))
    client = client_of("editions", day.of_ministry)
    path = f"{address}/{held.slug}"
    missing = await client.patch(path, json=ELSEWHERE)
    stale = await client.patch(path, json=ELSEWHERE, headers={"if-match": '"v7"'})
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/version-missing")
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale")

    done = await client.patch(path, json=ELSEWHERE, headers={"if-match": '"v1"'})
    assert (done.status_code, done.headers["etag"][:4], done.json()["city"]) == (200, '"v2-', ELSEWHERE["city"])


async def test_what_is_announced_changes_by_signatures_only(
    client_of: Client, day: Day, address: str, held: Edition
) -> None:
    client = client_of("editions", day.of_ministry)
    answer = await client.patch(f"{address}/{held.slug}", json=ELSEWHERE, headers={"if-match": '"v1"'})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/needs-signatures")
