"""A time and the minutes beside it are two things: two numbers that touch are read as one, and from the wrong side."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_EDGES = """when => {
    const time = document.createRange(), minutes = when.querySelector("small").getBoundingClientRect();
    time.selectNodeContents(when.firstChild);
    const told = time.getBoundingClientRect();
    return {time: [told.left, told.right], minutes: [minutes.left, minutes.right]};
}"""


def draft(signed_in: OpenScreen, language: str) -> Screen:
    """Return the draft of 2026, on a phone."""
    screen = signed_in(language, "reading-order", "programme_manager", "cgem")
    screen.open(f"/{language}/jni/workspace/editions/2026/programme")
    screen.follow("Open")
    screen.page.set_viewport_size({"width": 360, "height": 780})
    return screen


def published(signed_in: OpenScreen, language: str) -> Screen:
    screen = signed_in(language, "reading-order", "programme_manager", "cgem")
    screen.open(f"/{language}/jni/2026/programme")
    screen.page.set_viewport_size({"width": 360, "height": 780})
    return screen


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("opened", [draft, published])
def test_on_a_phone_the_minutes_stand_after_the_time_and_apart_from_it(
    signed_in: OpenScreen, opened: OpenScreen, language: str
) -> None:
    screen = opened(signed_in, language)
    when = screen.page.locator(".when:has(small):visible").first
    expect(when).to_be_visible()
    edges = when.evaluate(_EDGES)
    gap = edges["time"][0] - edges["minutes"][1] if language == "ar" else edges["minutes"][0] - edges["time"][1]
    assert gap > 3, edges
