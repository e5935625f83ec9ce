"""What a co-organiser does in the directory, against the real services."""

import pytest

from tests.days import Day
from tests.portal.workspace.conftest import SignIn
from tests.portal.workspace.visitor import Page, Visitor


@pytest.fixture
async def visitor(sign_in: SignIn, day: Day) -> Visitor:
    return await sign_in(day.of_ministry)


async def _invite(visitor: Visitor, day: Day, **typed: str) -> Page:
    place = f"/organisations/{day.federation}"
    given = {"name": "Nadia", "email": "nadia@fed.test", "role": "representative", "language": "ar"}
    return await visitor.send(await visitor.get(place), f"{place}/invitations", **given | typed)


async def test_the_directory_stands_by_kind(visitor: Visitor) -> None:
    page = await visitor.get("/organisations")
    assert "Three organisations take part" in page.words
    places = [page.words.index(kind) for kind in ("Ministries 1", "Confederations 1", "Federations 1")]
    assert places == sorted(places)
    assert "Federation nobody · Invite" in page.words


async def test_one_kind_alone_is_shown_when_asked_for(visitor: Visitor, day: Day) -> None:
    page = await visitor.get("/organisations?kind=federation")
    assert str(day.federation) in page.body
    assert str(day.ministry) not in page.body


async def test_a_representative_is_invited_by_a_letter_and_the_page_says_to_whom(visitor: Visitor, day: Day) -> None:
    page = await _invite(visitor, day)
    assert "A letter is on its way to Nadia ( nadia@fed.test )" in page.words
    assert "invited, not accepted yet" in page.words
    assert "invited, not accepted yet" in (await visitor.get("/organisations")).words


async def test_an_invitation_that_is_refused_keeps_what_was_typed(visitor: Visitor, day: Day) -> None:
    page = await _invite(visitor, day, valid_until="2020-01-01")
    assert page.status == 400
    assert 'value="nadia@fed.test"' in page.field("email")
    assert 'aria-invalid="true"' in page.field("valid_until")
    assert '<option value="ar" selected>' in page.body


async def test_an_organisation_is_added(visitor: Visitor) -> None:
    page = await visitor.get("/organisations/new")
    typed = {"name.fr": "Fédération du cuir", "slug": "cuir", "kind": "federation", "acronym": "FEDIC"}
    added = await visitor.send(page, **typed)
    assert "The organisation is in the directory." in added.words
    again = await visitor.send(await visitor.get("/organisations/new"), **typed)
    assert again.status == 409
    assert 'aria-invalid="true"' in again.field("slug")


async def test_a_representative_sees_who_takes_part_but_not_who_acts_for_others(sign_in: SignIn, day: Day) -> None:
    page = await (await sign_in(day.of_federation)).get("/organisations")
    assert "Three organisations take part" in page.words
    assert "nobody" not in page.words
    other = await (await sign_in(day.of_federation)).get(f"/organisations/{day.ministry}")
    assert "Who acts for it" not in other.words
