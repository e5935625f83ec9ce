"""What leads on from a draft, a room or a session to what is to be done about it, against the real services."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from libs.db.tenancy import Sessions, unit_of_work
from services.scheduling.drafts.models import Solve
from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/programme"


@pytest.fixture
async def visitor(sign_in: SignIn, called: Called) -> Visitor:
    return await sign_in(called.day.who("programme_manager", called.day.confederation))


@pytest.fixture
def first(called: Called) -> date:
    return called.starts_on


async def _add_room(visitor: Visitor, slug: str, **typed: str) -> Page:
    given = {"slug": slug, "name.en": f"Room {slug}", "capacity": "100", "turnover": "0"}
    return await visitor.send(await visitor.get(f"{PLACE}/rooms/new"), **given | typed)


async def _add_session(visitor: Visitor, slug: str, **typed: str) -> Page:
    given = {"slug": slug, "title.en": f"Session {slug}", "kind": "meeting", "duration": "60"}
    return await visitor.send(await visitor.get(f"{PLACE}/sessions/new"), **given | typed)


@pytest.fixture
async def draft(visitor: Visitor) -> Page:
    """A draft of two rooms and two sessions, with nothing placed."""
    for slug in ("a", "b"):
        await _add_room(visitor, slug)
        await _add_session(visitor, slug)
    return await visitor.send(await visitor.get(PLACE), f"{PLACE}/drafts")


def _named(page: Page, name: str) -> str:
    """Return the id of a session, or the value of a room's option, by what it is called."""
    found = re.search(rf'id="m-([0-9a-f-]{{36}})-title">{name}<', page.body) or re.search(
        rf'<option value="([0-9a-f-]{{36}})"[^>]*>{name} ', page.body
    )
    assert found is not None, name
    return found[1]


async def _place(visitor: Visitor, draft: Page, name: str, day: date, time: str = "10:00") -> Page:
    """Put a session into room a."""
    page = await visitor.get(draft.path)
    session, version = _named(page, name), page.hidden()["version"]
    room = _named(page, "Room a")
    typed = {"act": "move", "room_id": room, "day": day.isoformat(), "time": time, "version": version}
    return await visitor.send(page, f"{draft.path}/placements/{session}", **typed)


async def test_an_empty_programme_says_what_to_do_first(visitor: Visitor) -> None:
    page = await visitor.get(PLACE)
    assert "There is nothing to place yet" in page.words
    assert "Say first where it takes place: rooms with their seats and hours. New room" in page.words


async def test_a_rooms_hours_are_kept_also_past_midnight(visitor: Visitor, first: date) -> None:
    """E22."""
    name = f"open.{first + timedelta(days=1)}.0"
    await _add_room(visitor, "a", **{f"{name}.from": "20:00", f"{name}.until": "02:00"})
    overview = await visitor.get(PLACE)
    address = re.findall(rf"{PLACE}/rooms/[0-9a-f-]{{36}}", overview.body)[0]
    room = await visitor.get(address)
    assert 'value="20:00"' in room.field(f"{name}.from")
    assert 'value="02:00"' in room.field(f"{name}.until")


async def test_two_sessions_at_once_in_a_room_are_a_conflict_in_words_that_shows_where(
    visitor: Visitor, draft: Page, first: date
) -> None:
    await _place(visitor, draft, "Session a", first)
    page = await _place(visitor, draft, "Session b", first, "10:30")
    assert "conflict in this draft" in page.words or "conflicts in this draft" in page.words
    target = re.findall(r'class="link on-axis" href="#(s-[^"]+)"', page.body)[0]
    assert f'id="{target}"' in page.body
    assert "Submit for approval" not in page.words


async def test_a_move_from_an_older_version_keeps_what_was_typed(visitor: Visitor, draft: Page, first: date) -> None:
    page = await visitor.get(draft.path)
    await _place(visitor, draft, "Session a", first)
    session = _named(page, "Session b")
    typed = {"act": "move", "room_id": _named(page, "Room b"), "day": first.isoformat(), "time": "15:45"}
    late = await visitor.send(page, f"{draft.path}/placements/{session}", version=page.hidden()["version"], **typed)
    assert late.status == 412
    assert 'value="15:45"' in late.field("time")
    assert f'value="{typed["room_id"]}" selected' in late.body


async def test_a_room_that_is_used_names_what_it_holds_and_where_to_move_it(
    visitor: Visitor, draft: Page, first: date
) -> None:
    """E20."""
    page = await _place(visitor, draft, "Session a", first)
    room = await visitor.get(f"{PLACE}/rooms/{_named(page, 'Room a')}")
    refused = await visitor.send(room, act="delete", version=room.hidden()["version"])
    assert refused.status == 409
    assert "Session a Draft 1 Move or take off" in refused.words
    move = re.findall(rf'href="([^"]*/placements/{_named(page, "Session a")})"', refused.body)[0]
    question = await visitor.get(move)
    await visitor.send(question, act="remove", version=question.hidden()["version"])
    gone = await visitor.send(room, act="delete", version=room.hidden()["version"])
    assert gone.path.endswith(PLACE)
    assert "Room a" not in gone.words


async def test_a_session_that_has_its_place_is_not_deleted_and_leads_there(
    visitor: Visitor, draft: Page, first: date
) -> None:
    page = await _place(visitor, draft, "Session a", first)
    address = f"{PLACE}/sessions/{_named(page, 'Session a')}"
    known = await visitor.get(address)
    refused = await visitor.send(known, act="delete", version=known.hidden()["version"])
    assert refused.status == 409
    assert "Session a Draft 1 Move or take off" in refused.words


async def test_a_panels_session_keeps_the_panels_title_without_writing_it(visitor: Visitor, called: Called) -> None:
    await _add_session(visitor, "p", **{"title.en": "", "kind": "panel", "panel_id": str(called.panels[0])})
    overview = await visitor.get(PLACE)
    assert "1 Le panel 1" in overview.words
    address = re.findall(rf"{PLACE}/sessions/[0-9a-f-]{{36}}", overview.body)[0]
    assert 'value=""' in (await visitor.get(address)).field("title.fr")


async def test_solving_shows_that_it_runs_and_can_be_stopped(visitor: Visitor, draft: Page) -> None:
    page = await visitor.send(await visitor.get(draft.path), f"{draft.path}/solves")
    assert "The solver begins" in page.words
    assert "Stop and keep" in page.words
    assert "Look again" in page.words


@pytest.mark.parametrize("ended", [("optimal", "120 120"), ("feasible", "120")])
async def test_of_a_solve_that_has_ended_only_what_was_proven_is_said(
    visitor: Visitor, draft: Page, called: Called, sessions_of: Callable[[str], Sessions], ended: tuple[str, str]
) -> None:
    """The bound of the last improvement is older than the proof: nothing better than the score exists."""
    await visitor.send(await visitor.get(draft.path), f"{draft.path}/solves")
    state, figures = ended
    told = update(Solve).values(state=state, score={"placed": 0, "quality": 120}, level="quality", bound=40)
    async with unit_of_work(sessions_of("scheduling"), called.day.id) as session:
        await session.execute(told)
    page = await visitor.get(draft.path)
    assert f"Public and quality {figures}" in page.words
    assert " 40 " not in page.words


async def test_a_federation_is_not_shown_the_workshop(sign_in: SignIn, called: Called, draft: Page) -> None:
    page = await (await sign_in(called.day.of_federation)).get(draft.path.partition("workspace")[2])
    assert page.status == 403
