"""A link is mailed to who may sign in; the answer is the same for everybody."""

import asyncio
import secrets
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import func, select, update

from libs.config import Settings
from libs.sealing import unseal
from services.identity.links.domain import MOST_IN_WINDOW, WINDOW
from services.identity.links.models import LinkRequest
from tests.identity.journee import ADA, Journee, ago, running


async def ask(
    http: httpx2.AsyncClient, journee: Journee, email: str = ADA, headers: dict[str, str] | None = None
) -> httpx2.Response:
    body = {"email": email, "language": "ar"}
    return await http.post(f"{journee.api}/sign-in-links", json=body, headers=headers)


async def test_a_letter_goes_to_who_holds_a_mandate_with_a_link_that_only_outreach_can_read(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    await journee.appoint()
    answer = await ask(http, journee, "ADA@Example.org")
    assert (answer.status_code, answer.json()) == (202, {"expires_in": 900})
    [letter] = await journee.letters()
    assert (letter.template, letter.language, letter.recipient) == ("sign-in", "ar", ADA)
    assert (letter.recipient_name, letter.fields) == ("Ada Lovelace", {"minutes": "15"})

    link = journee.link_in(letter)
    [told] = await journee.told("letters.letter-requested")
    assert link not in str(told)
    assert link not in [found.hash for found in await journee.links()]
    assert (await http.post(f"{journee.api}/sign-ins", json={"link": link})).status_code == 201


async def test_the_link_leads_to_our_page_whatever_address_the_request_says_it_came_by(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    """P21: outside addresses are made from the settings, never from a header."""
    await journee.appoint()
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}
    await ask(http, journee, headers=forged)
    [letter] = await journee.letters()
    address = unseal(journee.settings.key, "letter", letter.sealed_link)
    assert address.startswith(f"{journee.settings.base_url}/ar/{journee.slug}/sign-in/")


async def test_the_answer_does_not_tell_who_may_sign_in(journee: Journee, http: httpx2.AsyncClient) -> None:
    await journee.appoint()
    yesterday = ago(days=1)
    await journee.appoint(email="former@example.org", valid_until=yesterday.date(), at=yesterday)
    answers = [await ask(http, journee, email) for email in (ADA, "nobody@example.org", "former@example.org")]
    assert len({(answer.status_code, answer.content, str(sorted(answer.headers))) for answer in answers}) == 1
    assert [letter.recipient for letter in await journee.letters()] == [ADA]


async def test_a_mandate_in_another_tenant_is_none_here(journee: Journee, http: httpx2.AsyncClient) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    await other.appoint()
    assert (await ask(http, journee)).status_code == 202
    assert await journee.letters() == []


async def test_letters_are_counted_in_the_database_whatever_the_sender_says_of_itself(
    journee: Journee, settings: Settings
) -> None:
    """P21: several processes, many in parallel, each with another X-Forwarded-For."""
    await journee.appoint()
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(running(settings)) for _ in range(3)]
        clients = [
            await stack.enter_async_context(
                httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=settings.base_url)  # type: ignore[arg-type]
            )
            for app in processes
        ]
        requests = [
            ask(clients[number % 3], journee, headers={"X-Forwarded-For": f"10.0.0.{secrets.randbelow(255)}"})
            for number in range(45)
        ]
        answers = await asyncio.gather(*requests)
    assert Counter(answer.status_code for answer in answers) == {202: 45}
    assert len(await journee.letters()) == MOST_IN_WINDOW


async def test_requests_of_an_earlier_window_count_no_more_and_are_forgotten(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    await journee.appoint()
    for _ in range(MOST_IN_WINDOW + 1):
        await ask(http, journee)
    async with journee.work() as session:
        await session.execute(update(LinkRequest).values(at=LinkRequest.at - WINDOW - timedelta(seconds=1)))
    await ask(http, journee)
    assert len(await journee.letters()) == MOST_IN_WINDOW + 1
    async with journee.work() as session:
        assert await session.scalar(select(func.count()).select_from(LinkRequest)) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "ada@example.org\r\nBcc: e@example.org", "language": "fr"}, "/email"),
        ({"email": "ada\0@example.org", "language": "fr"}, "/email"),
        ({"email": ADA, "language": "de"}, "/language"),
        ({"email": ADA, "language": "fr", "vip": True}, "/vip"),
        ({"email": ADA}, "/language"),
    ],
)
async def test_a_wrong_shape_is_a_problem(
    journee: Journee, http: httpx2.AsyncClient, body: dict[str, object], pointer: str
) -> None:
    answer = await http.post(f"{journee.api}/sign-in-links", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await journee.letters() == []
