"""What only a browser can tell of the public pages: contrast, names, widths, the reader's clock."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page

from libs.i18n.languages import LANGUAGES
from services.portal.public.rendering import Pages, day_pages, edition_pages
from services.portal.rendering import Rendering
from tests.portal import samples
from tests.portal.conftest import ORIGIN

pytestmark = pytest.mark.browser

Serve = Callable[[BrowserContext, Pages], None]
PROGRAMME = "/sample/2026/programme"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (360, 768, 1440)


@pytest.fixture(scope="module")
def pages(rendering: Rendering) -> Pages:
    days = day_pages(rendering, samples.DAY, (samples.PAST, samples.EDITION))
    past = edition_pages(rendering, samples.DAY, samples.PAST, None)
    return days | past | edition_pages(rendering, samples.DAY, samples.EDITION, samples.PROGRAMME)


@pytest.fixture
def open_page(chromium: Browser, serve: Serve, pages: Pages) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_page(path: str, **settings: object) -> Page:
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        serve(context, pages)
        page = context.new_page()
        page.clock.install(time="2026-11-03T10:20:00Z")
        page.goto(ORIGIN + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", ["/sample", "/sample/2026", PROGRAMME, "/sample/2025/programme"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    open_page: Callable[..., Page], language: str, place: str
) -> None:
    """E30."""
    for scheme, width in product(SCHEMES, WIDTHS):
        page = open_page(f"/{language}{place}", color_scheme=scheme, viewport={"width": width, "height": 900})
        faults = [(each["id"], each["nodes"][0]["html"]) for each in Axe().run(page).response["violations"]]
        assert not faults, (scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (scheme, width)


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Asia/Tokyo", "America/New_York"])
def test_now_and_next_follow_the_instant_whatever_the_readers_zone(open_page: Callable[..., Page], zone: str) -> None:
    """E8: the wall time shown is the edition's own, the mark is the instant's."""
    page = open_page(f"/en{PROGRAMME}", timezone_id=zone)
    assert page.locator(".is-now h3").all_inner_texts() == ["1 Materials and their trades"]
    assert page.locator(".is-next time").all_inner_texts() == ["11:30"]
    assert page.locator("#clock dd").all_inner_texts() == ["10:15 Materials and their trades", "11:30 Break"]


def test_the_marks_move_on_with_the_clock(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/en{PROGRAMME}")
    page.clock.fast_forward("01:10:00")
    assert page.locator(".is-now time").all_inner_texts() == ["11:30"]
    page.clock.fast_forward("24:00:00")
    assert page.locator(".is-now").count() == 0


def test_a_programme_can_be_read_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(f"/fr{PROGRAMME}", java_script_enabled=False)
    assert page.locator("#clock").is_hidden()
    assert page.get_by_role("article").count() == len(samples.PROGRAMME.sessions)


def test_the_keyboard_reaches_a_day_and_the_other_ways_of_looking(open_page: Callable[..., Page]) -> None:
    """E30."""
    page = open_page(f"/fr{PROGRAMME}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.get_by_role("link", name="Par salle").press("Enter")
    page.wait_for_url("**/programme/rooms")
    assert page.get_by_role("heading", level=2).first.inner_text().startswith("Grande salle")
