"""Changing a theme together, on the pages, against the real services."""

import pytest

from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/approvals"


@pytest.fixture
async def ministry(sign_in: SignIn, called: Called) -> Visitor:
    return await sign_in(called.day.of_ministry)


@pytest.fixture
async def confederation(sign_in: SignIn, called: Called) -> Visitor:
    return await sign_in(called.day.of_confederation)


async def _propose(visitor: Visitor, words: str = "Le nouveau thème") -> Page:
    page = await visitor.get(f"{PLACE}/theme")
    return await visitor.send(page, **{"theme.fr": words, "theme.ar": "الشعار الجديد"})


async def _sign(visitor: Visitor, page: Page, **typed: str) -> Page:
    seen = await visitor.get(page.path)
    return await visitor.send(seen, f"{seen.path}/signatures", sha256=seen.hidden()["sha256"], **typed)


async def test_a_proposal_shows_before_and_after_word_by_word_and_who_has_signed(ministry: Visitor) -> None:
    page = await _propose(ministry)
    assert page.status == 200
    assert 'lang="fr" dir="ltr">Le <ins>nouveau</ins> thème</p>' in page.body
    assert '<p class="quote" lang="ar" dir="rtl"><ins>الشعار الجديد</ins></p>' in page.body
    assert "Awaits your signature" in page.words
    assert "Not signed yet" in page.words


async def test_the_theme_changes_when_both_have_signed_the_same_text(ministry: Visitor, confederation: Visitor) -> None:
    page = await _propose(ministry)
    signed = await _sign(ministry, page, comment="D’accord")
    assert "Your organisation has signed." in signed.words
    assert "Le thème" in (await ministry.get("/editions/2027")).words

    listed = await confederation.get(PLACE)
    assert "One text awaits your signature" in listed.words
    assert "One text awaits your signature" in (await confederation.get("")).words
    done = await _sign(confederation, page)
    assert "In force" in done.words
    assert "Le nouveau thème" in (await ministry.get("/editions/2027")).words


async def test_a_text_that_was_changed_meanwhile_must_be_read_again(ministry: Visitor, confederation: Visitor) -> None:
    """E4."""
    page = await _propose(ministry)
    seen = await confederation.get(page.path)
    await _propose(ministry, "Un autre thème")
    refused = await confederation.send(seen, f"{seen.path}/signatures", sha256=seen.hidden()["sha256"])
    assert refused.status == 409
    assert "The text was changed since you read it." in refused.words
    assert "Un" in refused.words


async def test_a_refusal_needs_its_reason_and_ends_the_proposal(ministry: Visitor, confederation: Visitor) -> None:
    page = await _propose(ministry)
    seen = await confederation.get(page.path)
    assert (await confederation.send(seen, f"{seen.path}/refusals", reason="")).status == 400
    refused = await confederation.send(seen, f"{seen.path}/refusals", reason="Trop long")
    assert "Refused" in refused.words
    assert "Trop long" in refused.words


async def test_who_proposed_may_take_it_back(ministry: Visitor) -> None:
    page = await _propose(ministry)
    assert "Taken back" in (await ministry.send(page, f"{page.path}/withdrawal")).words


async def test_what_stands_already_is_not_proposed(ministry: Visitor) -> None:
    page = await ministry.send(await ministry.get(f"{PLACE}/theme"), **{"theme.fr": "Le thème"})
    assert page.status == 409
    assert "The proposed text is what stands already." in page.words


async def test_a_representative_has_no_part_in_it(sign_in: SignIn, called: Called) -> None:
    representative = await sign_in(called.day.of_federation)
    assert (await representative.get(PLACE)).status == 403
    assert "Approvals" not in (await representative.get("")).body
