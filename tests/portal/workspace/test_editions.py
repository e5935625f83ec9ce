"""Preparing the next edition from an earlier one, on its pages, against the real services."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/next"
CARRIED = ["panels", "seats", "commitments"]


@pytest.fixture
async def visitor(sign_in: SignIn, called: Called) -> Visitor:
    return await sign_in(called.day.of_ministry)


def _typed(**changes: Any) -> dict[str, Any]:
    first = datetime.now(UTC).date() + timedelta(days=430)
    return {
        "slug": "2028",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=1)).isoformat(),
        "city.fr": "Agadir",
        "region": "souss-massa",
        "carry": CARRIED,
        "step": "make",
        **changes,
    }


async def _make(visitor: Visitor, **changes: Any) -> Page:
    return await visitor.send(await visitor.get(PLACE), **_typed(**changes))


async def test_the_page_of_an_edition_shows_its_panels_and_where_no_title_is_yet(visitor: Visitor) -> None:
    page = await visitor.get("/editions/2027")
    assert "“Le thème”" in page.words or "« Le thème »" in page.words.replace("\u202f", " ")
    assert "2 panels" in page.words
    assert "No title yet in: العربية, English" in page.words


async def test_four_steps_lead_to_a_look_at_the_result_and_nothing_is_made_before(visitor: Visitor) -> None:
    first = await visitor.get(PLACE)
    assert "Step 1 of 4" in first.words
    assert 'value="2028"' in first.field("slug")
    page = first
    for step, number in (("dates", 2), ("carry", 3), ("look", 4)):
        page = await visitor.send(page, **_typed(step=step))
        assert f"Step {number} of 4" in page.words
    assert "Look before it is made" in page.words
    assert "Agadir" in page.words
    assert "People, nominations, releases, letters" in page.words
    assert (await visitor.get("/editions/2028")).status == 404


async def test_the_new_edition_is_made_once_and_its_page_says_how_far_it_is(visitor: Visitor) -> None:
    page = await visitor.get(PLACE)
    made = await visitor.send(page, **_typed())
    assert made.path.endswith("/editions/2028/cloning")
    assert "The edition 2028 is being made" in made.words
    assert "Edition, panels and commitments Done" in made.words
    assert "Call and quotas Under way" in made.words
    again = await visitor.send(page, **_typed())
    assert again.path == made.path, "a form that is sent twice makes one edition"


async def test_a_name_that_is_taken_leads_back_to_its_step_with_what_was_typed(visitor: Visitor) -> None:
    page = await _make(visitor, slug="2027")
    assert page.status == 409
    assert "Step 1 of 4" in page.words
    assert 'value="2027" required aria-describedby="f-slug-hint f-slug-wrong" aria-invalid="true"' in page.field("slug")
    assert 'name="city.fr" value="Agadir"' in page.body


async def test_dates_before_the_edition_it_is_made_from_are_refused_at_their_field(visitor: Visitor) -> None:
    soon = (datetime.now(UTC).date() + timedelta(days=5)).isoformat()
    page = await _make(visitor, starts_on=soon, ends_on=soon)
    assert page.status == 400
    assert "Step 2 of 4" in page.words
    assert 'aria-invalid="true"' in page.field("starts_on")


async def test_who_may_not_clone_is_told_so(sign_in: SignIn, called: Called) -> None:
    viewer = await sign_in(called.day.who("viewer"))
    assert "Prepare the next edition" not in (await viewer.get("/editions/2027")).words
    page = await _make(viewer)
    assert page.status == 403
