"""E30: every page, in each language, scheme and width: axe finds nothing, and nothing scrolls sideways."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from libs.i18n.languages import LANGUAGES
from tests.browser.conftest import OpenScreen
from tests.browser.screen import Screen
from tests.browser.wandering import wander

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

# Each language is seen light and dark, wide and narrow; over all languages every page is seen in each of the four.
LOOKS: dict[str, tuple[tuple[Literal["light", "dark"], int], ...]] = {
    "fr": (("light", 1440), ("dark", 360)),
    "ar": (("dark", 1440), ("light", 360)),
    "en": (("light", 360), ("dark", 1440)),
}
OTHERWISE_NOT_REACHED = ("/sign-in", "/sign-in/some-link", "/workspace/nowhere")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_public_pages(open_screen: OpenScreen, language: str) -> None:
    """E30."""
    screen = open_screen(language, "accessibility")
    with screen.http() as http:
        pages = [
            *(each.path for each in wander(http, f"/{language}", f"/{language}", of_a_kind=1) if each.is_page),
            *(f"/{language}/jni{path}" for path in OTHERWISE_NOT_REACHED),
        ]
    assert faults(screen, pages) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("role", "organisation", "under"), [("co_organiser", "mic", "/"), ("representative", "gimas", "/nominations")]
)
def test_axe_finds_nothing_in_the_workspace(
    signed_in: OpenScreen, language: str, role: str, organisation: str, under: str
) -> None:
    """E30."""
    screen = signed_in(language, "accessibility", role, organisation)
    start = f"/{language}/jni/workspace"
    with screen.http() as http:
        pages = [each.path for each in wander(http, start, start, of_a_kind=1) if under in each.path]
    assert faults(screen, pages) == []


def faults(screen: Screen, pages: list[str]) -> list[str]:
    """Return what is wrong with the pages, each fault with its page, scheme and width."""
    found = []
    for path in pages:
        screen.open(path)
        for scheme, width in LOOKS[screen.language]:
            screen.page.emulate_media(color_scheme=scheme)
            screen.page.set_viewport_size({"width": width, "height": 900})
            violations = Axe().run(screen.page).response["violations"]
            found += [f"{path} {scheme} {width}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
            if screen.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} {width}: scrolls sideways")
    return found
