"""Selecting, inviting, and the speaker's answer by a link, on the pages, against the real services."""

import re
from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import select

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import OutboxMessage
from libs.resources import Application
from libs.sealing import unseal
from tests.issuing import ISSUER
from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/selection"


@pytest.fixture
async def board(sign_in: SignIn, called: Called) -> tuple[Visitor, Page]:
    """A co-organiser at the board, with one candidate for a speaker's seat of the first panel."""
    federation = await sign_in(called.day.of_federation)
    typed = {"panel_id": str(called.panels[0]), "seat_role": "speaker", "full_name": "Salma", "email": "s@fed.test"}
    await federation.send(await federation.get("/editions/2027/nominations/new"), **typed)
    visitor = await sign_in(called.day.of_ministry)
    page = await visitor.get(PLACE)
    seat = re.search(r'\?seat=([0-9a-f-]+)#seat"><span class="free">one candidate', page.body)
    assert seat is not None
    return visitor, await visitor.get(f"{PLACE}?seat={seat[1]}")


async def _act(visitor: Visitor, page: Page, act: str) -> Page:
    form = re.search(
        rf'<form method="post" class="inline" action="([^"]+)">(?:(?!</form>).)*name="act" value="{act}">'
        r'(?:(?!</form>).)*?name="seat" value="([^"]*)"',
        page.body,
        re.DOTALL,
    )
    assert form is not None, act
    return await visitor.send(page, form[1], act=act, seat=form[2])


async def test_the_board_says_how_many_seats_are_filled_and_who_could_have_one(board: tuple[Visitor, Page]) -> None:
    _, page = board
    assert "No seat of six is filled yet" in page.words
    assert "Intervention: one candidate" in page.words
    assert "Salma" in page.words


async def test_a_chosen_seat_comes_before_the_board_where_one_is_below_the_other(board: tuple[Visitor, Page]) -> None:
    _, page = board
    assert page.body.index('id="seat"') < page.body.index('id="board"')


async def test_selecting_fills_the_seat_and_can_be_undone(board: tuple[Visitor, Page]) -> None:
    visitor, page = board
    selected = await _act(visitor, page, "select")
    assert "One seat of six is filled" in selected.words
    assert "One person is selected and not invited" in selected.words
    undone = await _act(visitor, selected, "undo")
    assert "No seat of six is filled yet" in undone.words
    assert "Shortlisted" in undone.words


async def test_a_person_is_corrected_from_the_board(board: tuple[Visitor, Page]) -> None:
    visitor, page = board
    link = re.search(r'href="([^"]+/people/[^"]+)"', page.body)
    assert link is not None
    form = await visitor.get(link[1])
    assert 'value="Salma"' in form.field("full_name")
    typed = {
        "full_name": "Salma Idrissi",
        "email": "s@fed.test",
        "title.fr": "PDG",
        "version": form.hidden()["version"],
    }
    wrong = await visitor.send(form, **typed | {"email": "nobody"})
    assert (wrong.status, 'aria-invalid="true"' in wrong.field("email")) == (400, True)
    saved = await visitor.send(form, **typed)
    assert "The correction of Salma Idrissi is saved" in saved.words
    stale = await visitor.send(form, **typed | {"full_name": "Somebody"})
    assert stale.status == 412


async def test_an_invitation_is_read_before_it_goes_out(board: tuple[Visitor, Page]) -> None:
    visitor, page = board
    selected = await _act(visitor, page, "select")
    letter = re.search(r'href="([^"]+/invitation)"', selected.body)
    assert letter is not None
    read = await visitor.get(letter[1])
    assert "To Salma ( s@fed.test )" in read.words
    assert "Bonjour Salma," in read.words
    assert "Le panel 1" in read.words
    assert "Hello Salma," in (await visitor.get(f"{letter[1]}?written_in=en")).words
    sent = await visitor.send(read)
    assert "The invitation is on its way to Salma" in sent.words
    assert "0 confirmed, one awaited, 0 declined" in sent.words


async def test_the_last_selection_is_undone_by_its_name(board: tuple[Visitor, Page]) -> None:
    visitor, page = board
    selected = await _act(visitor, page, "select")
    assert "Undo “Salma on panel 1”" in selected.words


async def _invited(visitor: Visitor, page: Page, called: Called, sessions: Sessions, settings: Settings) -> str:
    """Invite the candidate; return the path that the letter's link leads to."""
    selected = await _act(visitor, page, "select")
    letter = re.search(r'href="([^"]+/invitation)"', selected.body)
    assert letter is not None
    await visitor.send(await visitor.get(letter[1]))
    async with unit_of_work(sessions, called.day.id) as session:
        wanted = select(OutboxMessage.body).where(OutboxMessage.type == "letters.letter-requested")
        letters = [body for body in await session.scalars(wanted) if body["template"] == "invitation"]
    return unseal(settings.key, "letter", letters[-1]["sealed_link"]).removeprefix(settings.base_url)


@pytest.fixture
async def link(
    board: tuple[Visitor, Page], called: Called, sessions_of: Callable[[str], Sessions], settings: Settings
) -> str:
    return await _invited(*board, called, sessions_of("stakeholders"), settings)


@pytest.fixture
def speaker(portal: Application) -> Visitor:
    """Somebody who has nothing but the link."""
    transport = httpx2.ASGITransport(portal, raise_app_exceptions=False)  # type: ignore[arg-type]
    return Visitor(httpx2.AsyncClient(transport=transport, base_url=ISSUER), "/")


async def test_looking_at_the_link_uses_nothing_up(speaker: Visitor, link: str) -> None:
    """P24."""
    looks = [await speaker.client.get(link) for _ in range(3)]
    assert [look.status_code for look in looks] == [200, 200, 200]
    assert all("Salma" in look.text and "set-cookie" not in look.headers for look in looks)


async def _answer(speaker: Visitor, link: str, **typed: object) -> Page:
    answer = await speaker.client.post(
        link, data=typed, headers={"sec-fetch-site": "same-origin"}, follow_redirects=True
    )
    return Page(answer.status_code, answer.url.path, answer.text)


async def test_a_speaker_accepts_and_says_when_they_can_be_there(
    speaker: Visitor, link: str, board: tuple[Visitor, Page]
) -> None:
    windows = {"starts": ["09:00", "", "", ""], "ends": ["13:00", "", "", ""]}
    page = await _answer(speaker, link, answer="accepted", when="windows", **windows)
    assert 'value="accepted" required checked' in page.body
    assert "<option selected>09:00</option>" in page.body
    assert "Confirmed" in (await board[0].get(PLACE)).words


async def test_a_window_without_its_end_is_refused_and_kept(speaker: Visitor, link: str) -> None:
    windows = {"starts": ["09:00", "", "", ""], "ends": ["", "", "", ""]}
    page = await _answer(speaker, link, answer="accepted", when="windows", **windows)
    assert page.status == 400
    assert "<option selected>09:00</option>" in page.body
    assert 'role="alert"' in page.body


async def test_who_declines_may_say_why(speaker: Visitor, link: str, board: tuple[Visitor, Page]) -> None:
    page = await _answer(speaker, link, answer="declined", when="any", reason="En voyage")
    assert "This invitation is closed." in page.words or "Cette invitation est close." in page.words
    seen = (await board[0].get(PLACE)).words
    assert "No seat of six is filled yet" in seen
    assert "En voyage" in seen


async def test_another_sites_page_answers_for_nobody(speaker: Visitor, link: str) -> None:
    """P30."""
    answer = await speaker.client.post(link, data={"answer": "declined"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_a_link_that_is_not_ours_opens_nothing(speaker: Visitor, called: Called) -> None:
    page = await speaker.get(f"/fr/{called.day.slug}/invitation/{'x' * 60}")
    assert page.status in (303, 401, 404) or "sign-in" in page.path
