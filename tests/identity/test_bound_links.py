"""A mailed link signs in where it was asked for; its code stands for it there, and guessing it is counted."""

import asyncio
from collections import Counter

import httpx2
import pytest

from libs.sealing import new_link
from services.identity.attempts.domain import MOST_IN_WINDOW
from services.identity.links.domain import code_of
from tests.identity.journee import ADA, Journee, ago

pytestmark = pytest.mark.timeout(120)


async def _ask(http: httpx2.AsyncClient, journee: Journee, browser: str | None) -> str:
    body = {"email": ADA, "language": "fr"} | ({"browser": browser} if browser else {})
    await http.post(f"{journee.api}/sign-in-links", json=body)
    return journee.link_in((await journee.letters())[-1])


async def _by_code(http: httpx2.AsyncClient, journee: Journee, code: str, browser: str) -> httpx2.Response:
    return await http.post(f"{journee.api}/sign-ins/by-code", json={"code": code, "browser": browser})


@pytest.mark.parametrize("asked_in", [None, new_link()])
async def test_a_mailed_link_signs_in_where_it_was_asked_for_and_nowhere_else(
    journee: Journee, http: httpx2.AsyncClient, asked_in: str | None
) -> None:
    """Also against a link that somebody sends to another, to have them signed in as oneself (RFC 6819, 4.4.1.8)."""
    await journee.appoint()
    link = await _ask(http, journee, asked_in)
    elsewhere = [None if asked_in else new_link(), new_link()]
    for browser in elsewhere:
        refused = await http.post(f"{journee.api}/sign-ins", json={"link": link, "browser": browser})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/asked-elsewhere")
        assert refused.json()["facts"] == {"code": code_of(link)}
    begun = await http.post(f"{journee.api}/sign-ins", json={"link": link, "browser": asked_in})
    assert begun.status_code == 201


async def test_a_code_is_good_once_and_only_with_the_browsers_secret(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    await journee.appoint()
    browser = new_link()
    link = await _ask(http, journee, browser)
    assert (await _by_code(http, journee, code_of(link), new_link())).status_code == 401
    assert (await _by_code(http, journee, code_of(link), browser)).status_code == 201
    again = await _by_code(http, journee, code_of(link), browser)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/link-used")
    assert (await http.post(f"{journee.api}/sign-ins", json={"link": link, "browser": browser})).status_code == 409
    first, *_ = await journee.journal("sign_in.refused")
    assert first.details["reason"] == "code-unknown"


async def test_guessing_is_counted_for_all_processes_and_shuts_nobody_else_out(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    """P21: 40 at once, each claiming to come from elsewhere; the one who asked in another browser still gets in."""
    await journee.appoint()
    guessing, honest = new_link(), new_link()
    await _ask(http, journee, guessing)
    link = await _ask(http, journee, honest)

    async def guess(number: int) -> httpx2.Response:
        body = {"code": f"{number:08d}", "browser": guessing}
        headers = {"x-forwarded-for": f"198.51.100.{number}"}
        return await http.post(f"{journee.api}/sign-ins/by-code", json=body, headers=headers)

    answers = await asyncio.gather(*(guess(number) for number in range(40)))
    counted = Counter(answer.status_code for answer in answers)
    assert counted == {401: MOST_IN_WINDOW, 429: 40 - MOST_IN_WINDOW}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
    assert (await _by_code(http, journee, code_of(link), honest)).status_code == 201


async def test_a_links_code_ends_with_it(journee: Journee, http: httpx2.AsyncClient) -> None:
    await journee.appoint()
    browser = new_link()
    link = await _ask(http, journee, browser)
    async with journee.work() as session:
        for each in await journee.links():
            stale = await session.merge(each)
            stale.expires_at = ago(minutes=1)
    answer = await _by_code(http, journee, code_of(link), browser)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/link-expired")
