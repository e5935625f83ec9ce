"""The portal's templates and files."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route

from services.portal.assets import Assets
from services.portal.rendering import Rendering

ORIGIN = "http://portal.test"


@pytest.fixture(scope="session")
def assets() -> Assets:
    return Assets()


@pytest.fixture(scope="session")
def rendering(assets: Assets) -> Rendering:
    return Rendering(assets)


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
