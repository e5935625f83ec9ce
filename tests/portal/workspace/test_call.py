"""What a co-organiser does on the page of the call and its quotas, against the real services."""

import re

import pytest

from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/call"


@pytest.fixture
async def visitor(sign_in: SignIn, called: Called) -> Visitor:
    return await sign_in(called.day.of_ministry)


async def _nominate(visitor: Visitor, called: Called, name: str) -> Page:
    typed = {"panel_id": str(called.panels[0]), "seat_role": "speaker", "full_name": name, "email": f"{name}@fed.test"}
    return await visitor.send(await visitor.get("/editions/2027/nominations/new"), **typed)


async def _save(visitor: Visitor, page: Page, **typed: str) -> Page:
    shown = dict(re.findall(r'name="(limit\.[^"]+)"[^>]* value="([^"]*)"', page.body))
    etags = {name: value for name, value in page.hidden().items() if name.startswith("etag.")}
    return await visitor.send(page, f"{PLACE}/quotas", **(etags | shown | typed))


async def test_the_title_says_who_is_silent(visitor: Visitor, sign_in: SignIn, called: Called) -> None:
    assert "Two organisations are still silent, of two" in (await visitor.get(PLACE)).words
    await _nominate(await sign_in(called.day.of_federation), called, "salma")
    page = await visitor.get(PLACE)
    assert "One organisation is still silent, of two" in page.words
    assert "One nomination came in." in page.words


async def test_a_quota_below_what_is_standing_is_refused_at_its_field_and_the_others_are_saved(
    visitor: Visitor, sign_in: SignIn, called: Called
) -> None:
    federation, ministry = f"limit.{called.day.federation}", f"limit.{called.day.ministry}"
    await _nominate(await sign_in(called.day.of_federation), called, "salma")
    page = await _save(visitor, await visitor.get(PLACE), **{federation: "0", ministry: "4"})
    assert page.status == 409
    wrong = page.field(federation)
    assert 'value="0"' in wrong
    assert 'aria-invalid="true"' in wrong
    assert f'aria-describedby=" limit-{called.day.federation}-wrong"' in wrong
    assert "The quota cannot be 0." in page.words
    assert 'value="4"' in page.field(ministry)
    assert 'aria-invalid="true"' not in page.field(ministry)


async def test_a_number_in_arabic_digits_is_a_number(visitor: Visitor, called: Called) -> None:
    """P29."""
    name = f"limit.{called.day.federation}"
    page = await _save(visitor, await visitor.get(PLACE), **{name: "٦"})
    assert "The quotas are saved." in page.words
    assert 'value="6"' in page.field(name)


async def test_what_is_no_number_is_refused_in_words_and_kept(visitor: Visitor, called: Called) -> None:
    name = f"limit.{called.day.federation}"
    page = await _save(visitor, await visitor.get(PLACE), **{name: "many"})
    assert 'value="many"' in page.field(name)
    assert "Write a whole number" in page.words


async def test_another_organisation_is_called_with_its_first_quota(visitor: Visitor, called: Called) -> None:
    page = await _save(visitor, await visitor.get(PLACE), organisation_id=str(called.day.confederation), new_limit="3")
    assert 'value="3"' in page.field(f"limit.{called.day.confederation}")


async def test_the_call_is_closed_and_opened_again(visitor: Visitor, called: Called) -> None:
    page = await visitor.get(PLACE)
    closed = await visitor.send(page, f"{PLACE}/state", call_id=str(called.call_id), etag='"v2"', state="closed")
    assert "The call is closed" in closed.words
    etag = re.findall(r'name="etag" value="([^"]+)"', closed.body)[0].replace("&#34;", '"')
    opened = await visitor.send(closed, f"{PLACE}/state", call_id=str(called.call_id), etag=etag, state="open")
    assert "The call is open." in opened.words


async def test_a_change_made_from_an_older_version_is_not_made(visitor: Visitor, called: Called) -> None:
    page = await visitor.get(PLACE)
    late = await visitor.send(page, f"{PLACE}/state", call_id=str(called.call_id), etag='"v1"', state="closed")
    assert late.status == 412
    assert 'role="alert"' in late.body


async def test_dates_that_do_not_fit_are_said_at_their_field_and_kept(visitor: Visitor, called: Called) -> None:
    page = await visitor.get(PLACE)
    typed = {
        "call_id": str(called.call_id),
        "etag": '"v2"',
        "opens_at": "2031-01-02T09:00",
        "closes_at": "2031-01-01T09:00",
    }
    wrong = await visitor.send(page, PLACE, **typed)
    assert wrong.status == 400
    assert 'value="2031-01-01T09:00"' in wrong.field("closes_at")
    assert 'aria-invalid="true"' in wrong.field("closes_at")


async def test_a_share_of_a_panel_below_what_is_standing_is_refused_at_that_panel(
    visitor: Visitor, sign_in: SignIn, called: Called
) -> None:
    await _nominate(await sign_in(called.day.of_federation), called, "salma")
    place = f"{PLACE}/quotas/{called.day.federation}"
    page = await visitor.get(place)
    known = {name: page.hidden()[name] for name in ("call_id", "etag")}
    typed = {"limit": "3", f"panel.{called.panels[1]}": "1", f"panel.{called.panels[0]}": "0"}
    wrong = await visitor.send(page, **known, **typed)
    assert wrong.status == 409
    assert 'aria-invalid="true"' in wrong.field(f"panel.{called.panels[0]}")
    assert 'aria-invalid="true"' not in wrong.field(f"panel.{called.panels[1]}")


async def test_a_representative_sees_the_call_and_changes_nothing(sign_in: SignIn, called: Called) -> None:
    page = await (await sign_in(called.day.of_federation)).get(PLACE)
    assert page.status == 200
    assert "MIN" not in page.words
    assert "Save the quotas" not in page.words
