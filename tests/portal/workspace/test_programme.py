"""Rooms, sessions and a draft, on their pages, against the real services."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from libs.db.tenancy import Sessions, unit_of_work
from services.editions.editions.commands import edition_changed
from services.editions.editions.models import Edition
from services.scheduling.known.subscribers import remember_edition
from tests.portal.workspace.conftest import NO_ENVELOPE, Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/programme"


@pytest.fixture
async def visitor(sign_in: SignIn, called: Called, sessions_of: Callable[[str], Sessions]) -> Visitor:
    """The programme manager of an edition that scheduling knows."""
    async with unit_of_work(sessions_of("editions"), called.day.id) as session:
        edition = await session.get(Edition, (called.day.id, called.edition_id))
        assert edition is not None
        fact = edition_changed(edition)
    async with unit_of_work(sessions_of("scheduling"), called.day.id) as session:
        await remember_edition(session, fact, NO_ENVELOPE)
    return await sign_in(called.day.who("programme_manager"))


@pytest.fixture
def first_day() -> date:
    return datetime.now(UTC).date() + timedelta(days=60)


async def _room(visitor: Visitor, slug: str = "hall", **typed: str) -> Page:
    page = await visitor.get(f"{PLACE}/rooms/new")
    given = {"slug": slug, "name.fr": f"Salle {slug}", "capacity": "100", "turnover": "15", "act": "save", **typed}
    return await visitor.send(page, **given)


async def _session(visitor: Visitor, slug: str, **typed: str) -> Page:
    page = await visitor.get(f"{PLACE}/sessions/new")
    given = {"slug": slug, "kind": "meeting", "title.fr": f"Séance {slug}", "duration": "60", "act": "save", **typed}
    return await visitor.send(page, **given)


async def _draft(visitor: Visitor) -> Page:
    return await visitor.send(await visitor.get(PLACE), f"{PLACE}/drafts")


def _dialogs(page: Page) -> dict[str, str]:
    """Return the form's address of each session's dialog, by the session's title."""
    found = re.findall(
        r'popover[^>]*>\s*<h3[^>]*>(?:<span[^>]*>)?([^<]+).*?<form method="post" action="([^"]+)"', page.body, re.DOTALL
    )
    return dict(found)


async def _place(visitor: Visitor, page: Page, title: str, at: tuple[date, str], act: str = "move") -> Page:
    room = re.search(r'<select id="r-[^>]+>\s*<option value="([^"]+)"', page.body)
    assert room is not None
    typed = {
        "version": page.hidden()["version"],
        "room_id": room[1],
        "day": at[0].isoformat(),
        "time": at[1],
        "act": act,
    }
    return await visitor.send(page, _dialogs(page)[title], **typed)


async def test_rooms_and_sessions_are_made_by_form_and_listed(visitor: Visitor) -> None:
    await _room(visitor, capacity="٨٠")
    page = await _session(visitor, "one")
    assert page.path.endswith(PLACE)
    assert "One session to place" in page.words or "1 session" in page.words
    assert "Salle hall 80 seats" in page.words


async def test_a_room_without_seats_is_refused_at_its_field_and_keeps_what_was_typed(visitor: Visitor) -> None:
    page = await _room(visitor, capacity="many")
    assert page.status == 400
    assert 'value="many"' in page.field("capacity")
    assert 'aria-invalid="true"' in page.field("capacity")
    assert 'value="Salle hall"' in page.field("name.fr")


async def test_a_session_is_placed_and_taken_off_without_dragging(visitor: Visitor, first_day: date) -> None:
    """E30: moving has a way that needs no dragging."""
    await _room(visitor)
    await _session(visitor, "one")
    draft = await _draft(visitor)
    assert "One session has no place yet" in draft.words
    placed = await _place(visitor, draft, "Séance one", (first_day, "10:00"))
    assert "Nothing collides in this draft" in placed.words
    assert "10:00" in placed.words
    off = await _place(visitor, placed, "Séance one", (first_day, "10:00"), act="remove")
    assert "One session has no place yet" in off.words


async def test_what_collides_is_said_in_a_sentence_and_cannot_be_submitted(visitor: Visitor, first_day: date) -> None:
    await _room(visitor)
    for slug in ("one", "two"):
        await _session(visitor, slug)
    page = await _draft(visitor)
    for title in ("Séance one", "Séance two"):
        page = await _place(visitor, page, title, (first_day, "10:00"))
    assert re.search(r"conflicts? in this draft", page.words)
    assert 'class="block row-2' in page.body
    assert " hot" in page.body
    assert "Submit for approval" not in page.words


async def test_a_move_from_an_older_look_at_the_draft_is_refused(visitor: Visitor, first_day: date) -> None:
    await _room(visitor)
    await _session(visitor, "one")
    old = await _draft(visitor)
    await _place(visitor, old, "Séance one", (first_day, "10:00"))
    assert (await _place(visitor, old, "Séance one", (first_day, "11:00"))).status == 412


async def test_a_room_in_use_says_which_sessions_it_holds(visitor: Visitor, first_day: date) -> None:
    """E20."""
    await _room(visitor)
    await _session(visitor, "one")
    await _place(visitor, await _draft(visitor), "Séance one", (first_day, "10:00"))
    address = re.search(rf'href="([^"]+{PLACE}/rooms/[0-9a-f-]+)"', (await visitor.get(PLACE)).body)
    assert address is not None
    room = await visitor.get(address[1])
    refused = await visitor.send(room, version=room.hidden()["version"], act="delete")
    assert refused.status == 409
    assert "Séance one" in refused.words


async def test_a_submitted_draft_shows_what_will_be_public_and_waits_for_signatures(
    visitor: Visitor, sign_in: SignIn, called: Called, first_day: date
) -> None:
    await _room(visitor)
    await _session(visitor, "one")
    draft = await _place(visitor, await _draft(visitor), "Séance one", (first_day, "10:00"))
    approval = await visitor.send(draft, f"{draft.path}/approvals")
    assert "What will be public" in approval.words
    assert "Séance one" in approval.words
    for principal in (called.day.of_ministry, called.day.of_confederation):
        organiser = await sign_in(principal)
        assert "One text awaits your signature" in (await organiser.get("")).words
        seen = await organiser.get(approval.path)
        await organiser.send(seen, f"{seen.path}/signatures", sha256=seen.hidden()["sha256"])
    released = await visitor.get(approval.path)
    assert "In force" in released.words
    assert f'href="/en/{called.day.slug}/2027/programme"' in released.body
    assert "Version 1" in (await visitor.get(PLACE)).words


async def test_a_viewer_reads_the_draft_and_changes_nothing(visitor: Visitor, sign_in: SignIn, called: Called) -> None:
    await _room(visitor)
    await _session(visitor, "one")
    draft = await _draft(visitor)
    seen = await (await sign_in(called.day.who("viewer"))).get(draft.path)
    assert seen.status == 200
    assert 'popovertarget="m-' not in seen.body


async def test_whatever_stands_in_the_key_of_a_form_it_is_read_or_refused(visitor: Visitor) -> None:
    """It becomes a header, which holds neither line breaks nor letters beyond ASCII."""
    for number, (once, status) in enumerate([("\U0001f600\r\nx: y", 200), ("é" * 300, 400), ("a b", 200)]):
        assert (await _room(visitor, f"hall-{number}", once=once)).status == status, once


@pytest.mark.parametrize("etag", ["\U0001f600", "é\r\nx: y", "٣"])
async def test_whatever_stands_in_the_version_of_a_form_it_is_refused_as_another_one(
    visitor: Visitor, etag: str
) -> None:
    made = await _room(visitor)
    found = re.search(rf'href="{visitor.root}({PLACE}/rooms/[0-9a-f-]+)"', made.body)
    assert found is not None
    page = await visitor.get(found[1])
    changed = await visitor.send(page, **{"name.fr": "Autre", "capacity": "9", "turnover": "5", "etag": etag})
    assert changed.status == 412
