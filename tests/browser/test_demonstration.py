"""What a newcomer sees of the demonstration: that it is one, on every page that shows what is invented."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from libs.i18n.languages import LANGUAGES
from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

ISLANDS = ZoneInfo("Atlantic/Reykjavik")


def today() -> str:
    """Return the name of the invented day's edition of today."""
    return f"{datetime.now(ISLANDS):%Y-%m-%d}"


def marks(screen: Screen, path: str) -> None:
    """Expect the mark of the demonstration on a page."""
    screen.open(path)
    expect(screen.page.locator(".demo").first, path).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_demonstration_say_so(open_screen: OpenScreen, language: str) -> None:
    screen = open_screen(language, "demonstration")
    for view in ("", "/programme", "/programme/rooms", "/programme/panels"):
        marks(screen, f"/{language}/jni/2026{view}")
        marks(screen, f"/{language}/mirane/{today()}{view}")
    marks(screen, f"/{language}/mirane")
    screen.open(f"/{language}/jni/2025")
    expect(screen.page.locator(".demo")).to_have_count(0)


def test_everybody_in_it_is_marked_as_a_sample(open_screen: OpenScreen) -> None:
    screen = open_screen("fr", "demonstration")
    screen.open("/fr/jni/2026/programme")
    names = screen.page.locator("article dl.facts bdi").all_inner_texts()
    assert names
    assert [name for name in names if not name.endswith("(exemple)")] == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_our_own_translations_of_what_was_held_say_that_they_are_ours(open_screen: OpenScreen, language: str) -> None:
    screen = open_screen(language, "demonstration")
    for edition in ("2024", "2025"):
        screen.open(f"/{language}/jni/{edition}")
        expect(screen.page.get_by_text(screen.say("unofficial translation")).first).to_be_visible()
    screen.open("/fr/jni/2025")
    expect(screen.page.get_by_text("traduction non officielle")).to_have_count(0)


def test_the_invented_day_is_today_and_shows_what_is_on_now(open_screen: OpenScreen) -> None:
    screen = open_screen("en", "demonstration")
    screen.page.clock.install(time=datetime.fromisoformat(f"{today()}T10:00").replace(tzinfo=ISLANDS))
    screen.open(f"/en/mirane/{today()}/programme")
    expect(screen.page.locator(".is-now").first).to_be_visible()
    expect(screen.page.locator("#clock")).to_contain_text(re.compile("Now.*Next", re.DOTALL))
    screen.picture("now-and-next")
    screen.page.clock.fast_forward("13:55:00")
    expect(screen.page.locator(".is-now")).to_have_count(0)


def test_another_day_is_nobody_elses(signed_in: OpenScreen, demonstration: Demonstration) -> None:
    """Who is signed in to one day is a stranger in the other."""
    screen = signed_in("en", "demonstration", "co_organiser", "mic")
    screen.open("/en/mirane/workspace")
    screen.reads("Sign in by a link")
    persona = demonstration.persona("co_organiser", "mwt", "mirane")
    screen.sign_in(persona.sign_in_in(demonstration.base_url, "en"))
    expect(screen.page.get_by_role("banner")).to_contain_text("Mirane Islands")
    screen.open("/en/jni/workspace")
    expect(screen.page.get_by_role("banner")).to_contain_text("MIC")
