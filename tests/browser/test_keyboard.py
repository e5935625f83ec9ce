"""E30: the programme by the keyboard alone, and as a screen reader hears it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_keyboard_alone_reaches_every_way_of_looking_and_takes_the_programme_along(
    open_screen: OpenScreen, language: str
) -> None:
    """E30."""
    screen = open_screen(language, "keyboard")
    screen.open(f"/{language}/jni/2026/programme")
    keyboard = screen.page.keyboard
    keyboard.press("Tab")
    expect(screen.named("link", "Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    for way in ("By day", "By room", "By panel", "Subscribe (iCal)"):
        keyboard.press("Tab")
        expect(screen.named("link", way)).to_be_focused()
    with screen.page.expect_download() as calendar:
        keyboard.press("Enter")
    assert calendar.value.suggested_filename.endswith(".ics")
    for _ in range(2):
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(screen.page).to_have_url(re.compile("/programme/rooms$"))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_days_are_headings_and_each_session_says_its_title_time_and_room(
    open_screen: OpenScreen, language: str
) -> None:
    """E30."""
    screen = open_screen(language, "keyboard")
    screen.open(f"/{language}/jni/2026/programme")
    days = screen.page.get_by_role("heading", level=2)
    expect(days).to_have_count(2)
    expect(days.nth(1)).to_contain_text("4")
    opening = {"fr": "Cérémonie d’ouverture 09:00", "ar": "حفل الافتتاح 09:00"}[language]
    room = {"fr": "Grande salle", "ar": "القاعة الكبرى"}[language]
    expect(screen.page.get_by_role("article", name=re.compile(f"{opening}.*{room}"))).to_have_count(1)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_nothing_is_lost_on_the_narrowest_phone_or_at_twice_the_size(open_screen: OpenScreen, language: str) -> None:
    """E30: 320 pixels are also what is left of 640 at 200 %."""
    screen = open_screen(language, "keyboard", viewport={"width": 320, "height": 700})
    for path in ("", "/2026", "/2026/programme", "/2026/programme/rooms", "/2026/programme/panels"):
        screen.open(f"/{language}/jni{path}")
        assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
