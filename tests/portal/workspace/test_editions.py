"""Preparing the next edition from an earlier one, on its pages, against the real services."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from libs.contracts.events import NOT_COPIED
from libs.db.tenancy import Sessions, unit_of_work
from services.editions.cloning.models import CloneStep
from services.editions.editions.commands import RecordEdition, record_edition
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


async def test_the_form_says_beforehand_with_counts_what_comes_along(visitor: Visitor) -> None:
    room = {"slug": "un", "name.fr": "Salle un", "capacity": "90", "turnover": "0"}
    await visitor.send(await visitor.get("/editions/2027/programme/rooms/new"), **room)
    page = await visitor.get(PLACE)
    for said in ("Panels: 2", "Seats of the panels: 6", "Rooms: 1", "Sessions of the programme: 0"):
        assert said in page.words
    assert "Quotas of the organisations: 2 Open commitments, as acquis: 0" in page.words
    carried = await visitor.send(page, **_typed(step="carry"))
    assert "Rooms · 1" in carried.words
    assert "Quotas of the organisations · 2" in carried.words


async def test_a_part_that_could_not_be_copied_says_so_in_the_readers_language(
    visitor: Visitor, called: Called, sessions_of: Callable[[str], Sessions]
) -> None:
    made = await visitor.send(await visitor.get(PLACE), **_typed())
    async with unit_of_work(sessions_of("editions"), called.day.id) as session:
        failed = update(CloneStep).filter_by(service="scheduling").values(state="failed", reason=NOT_COPIED)
        await session.execute(failed)
    assert NOT_COPIED in (await visitor.get(made.path)).words
    french = Visitor(visitor.client, visitor.root.replace("/en/", "/fr/"))
    assert "n’a pas pu être copiée" in (await french.get("/editions/2028/cloning")).words


async def test_an_edition_that_was_only_recorded_is_read_and_not_worked_on(
    visitor: Visitor, called: Called, sessions_of: Callable[[str], Sessions]
) -> None:
    now = datetime.now(UTC)
    held = now.date() - timedelta(days=300)
    recorded = RecordEdition(
        slug="2025",
        ordinal=3,
        starts_on=held,
        ends_on=held,
        city={"fr": "Rabat"},
        region="rabat-sale-kenitra",
        theme={},
    )
    async with unit_of_work(sessions_of("editions"), called.day.id) as session:
        await record_edition(session, called.day.of_ministry, recorded, now)
    edition = await visitor.get("/editions/2025")
    assert "kept as it was recorded" in edition.words
    assert "Prepare the next edition" in edition.words
    for working in ("Change the theme", "Call and quotas", "Selection", "Approvals"):
        assert working not in edition.body
    for path in ("call", "selection", "nominations", "programme", "approvals", "approvals/theme"):
        page = await visitor.get(f"/editions/2025/{path}")
        assert (page.status, "There is nothing to work on here" in page.words) == (200, True), path
    refused = await visitor.send(edition, f"{visitor.root}/editions/2025/programme/drafts")
    assert refused.status == 409


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
