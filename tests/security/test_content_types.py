"""The API takes JSON that says so: what a page of another site can send without asking is not taken for it."""

from collections.abc import Callable

import httpx2
import pytest

from libs.config import Settings
from libs.db.tenancy import Sessions
from tests.identity.journee import Journee, running

ASKED = b'{"email": "ada@example.org", "language": "fr"}'


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"]
)
async def test_a_body_that_does_not_say_that_it_is_json_is_refused(
    sessions_of: Callable[[str], Sessions], settings: Settings, kind: str
) -> None:
    """Else any page in the world has its readers' browsers ask for letters, a few thousand at a time."""
    journee = Journee(sessions=sessions_of("identity"), settings=settings)
    await journee.begin()
    await journee.appoint()
    before = len(await journee.letters())
    async with running(settings) as app:
        transport = httpx2.ASGITransport(app)  # type: ignore[arg-type] # Litestar's own scope
        async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as http:
            headers = {"content-type": kind} if kind else {}
            answer = await http.post(f"{journee.api}/sign-in-links", content=ASKED, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (415, "/problems/media-type-not-taken")
            assert answer.headers["accept-post"] == "application/json"
            assert len(await journee.letters()) == before
            for taken in ("application/json", "application/json; charset=utf-8", "Application/JSON"):
                told = await http.post(f"{journee.api}/sign-in-links", content=ASKED, headers={"content-type": taken})
                assert told.status_code == 202
