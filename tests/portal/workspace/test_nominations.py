"""What a federation does on its page of nominations, against the real services."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from libs.db.tenancy import Sessions, unit_of_work
from libs.web.conditional import IfMatch
from services.stakeholders.quotas.commands import PanelLimit, SetQuota, set_quota
from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/editions/2027/nominations"


@pytest.fixture
async def visitor(sign_in: SignIn, called: Called) -> Visitor:
    return await sign_in(called.day.of_federation)


async def _nominate(visitor: Visitor, called: Called, name: str = "Salma Idrissi", **typed: str) -> Page:
    given = {
        "panel_id": str(called.panels[0]),
        "seat_role": "speaker",
        "full_name": name,
        "email": "contact@fed.test",
        "title.fr": "Directrice",
    }
    return await visitor.send(await visitor.get(f"{PLACE}/new"), **given | typed)


async def test_the_title_says_how_many_are_left(visitor: Visitor, called: Called) -> None:
    assert "You have two nominations left out of two" in (await visitor.get(PLACE)).words
    page = await _nominate(visitor, called)
    assert (page.status, page.path.removeprefix(visitor.root)) == (200, PLACE)
    assert "You have one nomination left out of two" in page.words
    assert "The nomination is submitted." in page.words


async def test_the_title_counts_in_the_readers_language(sign_in: SignIn, called: Called) -> None:
    for language, said in (("fr", "Il vous reste deux nominations sur deux"), ("ar", "بقي لكم ترشيحان من اثنين")):
        page = await (await sign_in(called.day.of_federation, language)).get(PLACE)
        assert said in page.words


async def test_an_address_known_under_another_name_is_asked_about_and_all_that_was_typed_is_kept(
    visitor: Visitor, called: Called
) -> None:
    """E10."""
    await _nominate(visitor, called)
    asked = await _nominate(visitor, called, "Omar Tazi", note="Au sujet du cuir")
    assert asked.status == 409
    assert "email_choice" not in asked.words
    assert "Salma Idrissi" in asked.words
    assert 'value="Omar Tazi"' in asked.field("full_name")
    assert 'value="Directrice"' in asked.field("title.fr")
    assert "Au sujet du cuir" in asked.body
    assert f'value="{called.panels[0]}" selected' in asked.body
    typed = {"panel_id": str(called.panels[0]), "seat_role": "speaker", "email": "contact@fed.test"}
    both = await visitor.send(asked, full_name="Omar Tazi", email_choice="shared_mailbox", **typed)
    assert "Omar Tazi" in both.words
    assert "Salma Idrissi" in both.words


async def test_a_form_that_is_sent_twice_nominates_once(visitor: Visitor, called: Called) -> None:
    page = await visitor.get(f"{PLACE}/new")
    typed = {"panel_id": str(called.panels[0]), "seat_role": "speaker", "full_name": "A", "email": "a@fed.test"}
    await visitor.send(page, **typed)
    assert "You have one nomination left out of two" in (await visitor.send(page, **typed)).words


async def test_what_is_wrong_is_said_at_its_field_in_words_for_people(visitor: Visitor, called: Called) -> None:
    page = await _nominate(visitor, called, " ", email="nobody")
    assert page.status == 400
    for name in ("full_name", "email"):
        if 'aria-invalid="true"' in page.field(name):
            assert f'aria-describedby="f-{name}-hint f-{name}-wrong"' in page.field(name)
            break
    else:
        pytest.fail("no field is marked")
    assert "does not have the right form" in page.words
    assert "regex" not in page.body


async def test_a_panel_whose_share_is_used_is_not_offered(
    visitor: Visitor, called: Called, sessions_of: Callable[[str], Sessions]
) -> None:
    share = SetQuota(limit=2, panels=(PanelLimit(called.panels[0], 0),))
    day = called.day
    async with unit_of_work(sessions_of("stakeholders"), day.id) as session:
        await set_quota(
            session, day.of_ministry, called.call_id, day.federation, share, IfMatch("*"), datetime.now(UTC)
        )
    page = await visitor.get(f"{PLACE}/new")
    assert str(called.panels[0]) not in page.body
    assert str(called.panels[1]) in page.body
    assert "no quota here" in (await visitor.get(PLACE)).words


async def test_withdrawing_asks_first_and_gives_the_place_back(visitor: Visitor, called: Called) -> None:
    await _nominate(visitor, called)
    nomination = _first_nomination(await visitor.get(PLACE))
    question = await visitor.get(f"{PLACE}/{nomination}/withdrawal")
    assert "Withdraw this nomination?" in question.words
    page = await visitor.send(question)
    assert "The nomination is withdrawn" in page.words
    assert "You have two nominations left out of two" in page.words


async def test_what_was_withdrawn_meanwhile_is_not_withdrawn_twice(visitor: Visitor, called: Called) -> None:
    await _nominate(visitor, called)
    nomination = _first_nomination(await visitor.get(PLACE))
    question = await visitor.get(f"{PLACE}/{nomination}/withdrawal")
    await visitor.send(question)
    again = await visitor.send(await visitor.get(f"{PLACE}/{nomination}/withdrawal"))
    assert again.status == 409
    assert 'role="alert"' in again.body


async def test_who_was_not_asked_is_told_what_to_do(sign_in: SignIn, called: Called) -> None:
    page = await (await sign_in(called.day.of_confederation)).get(PLACE)
    assert "Ask the co-organisers for a quota." in page.words


async def test_an_organisation_sees_its_own_nominations_alone(
    sign_in: SignIn, called: Called, visitor: Visitor
) -> None:
    await _nominate(visitor, called)
    nomination = _first_nomination(await visitor.get(PLACE))
    stranger = await sign_in(called.day.who("representative", called.day.confederation))
    assert (await stranger.get(f"{PLACE}/{nomination}")).status == 404


async def test_nobody_signed_in_is_led_to_the_sign_in(sign_in: SignIn, called: Called) -> None:
    signed_out = await sign_in(called.day.of_federation)
    other = Visitor(signed_out.client, f"/fr/{called.day.slug}/workspace")
    signed_out.client.cookies.clear()
    page = await other.get(PLACE)
    assert page.path == f"/fr/{called.day.slug}/sign-in"


def _first_nomination(page: Page) -> UUID:
    return UUID(re.findall(rf"{PLACE}/([0-9a-f-]{{36}})", page.body)[0])
