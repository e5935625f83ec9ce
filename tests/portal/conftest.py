"""The portal's templates and files, and a real browser for what only a browser can tell."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

from services.portal.assets import Assets
from services.portal.rendering import Rendering

ORIGIN = "http://portal.test"
CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def assets() -> Assets:
    return Assets()


@pytest.fixture(scope="session")
def rendering(assets: Assets) -> Rendering:
    return Rendering(assets)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's browser; without one these tests alone are skipped, and fail where CI=true."""
    if not shutil.which(CHROMIUM):
        reason = f"no browser at {CHROMIUM}: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def serve(assets: Assets) -> Callable[[BrowserContext, dict[str, bytes]], None]:
    """Return a function that answers a browser from pages in memory, and with the static files that they ask for."""

    def serve(context: BrowserContext, pages: dict[str, bytes]) -> None:
        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(ORIGIN)
            if path in pages:
                route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
            elif asset := assets.answer(path.removeprefix("/static/"), ""):
                route.fulfill(body=asset.body, headers=asset.headers)
            else:
                route.fulfill(status=404)

        context.route("**/*", answer)

    return serve
