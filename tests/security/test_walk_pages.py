"""Every page of the portal × every method: nothing is changed for another site's page, and nothing breaks."""

import re
from collections.abc import Callable, Iterator

import httpx2
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct
from uuid_utils.compat import uuid7

from libs.db.tenancy import Sessions
from libs.published.serving import Published
from libs.resources import Application
from tests.days import Day
from tests.issuing import ISSUER

SAFE = {"GET", "HEAD", "OPTIONS"}
EVERY = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW")
NOT_OURS = [
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": ISSUER},
    {"sec-fetch-site": "none"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": f"{ISSUER}.evil.example"},
]


class Page(Struct, frozen=True):
    path: str
    methods: frozenset[str]


def pages_of(app: Application, tenant: str) -> Iterator[Page]:
    assert isinstance(app, Published)
    assert isinstance(app.app, Litestar)
    known = {"language": "fr", "tenant": tenant, "edition": "2026"}
    for route in app.app.routes:
        methods = {
            str(method)
            for handler in getattr(route, "route_handlers", [])
            if isinstance(handler, HTTPRouteHandler)
            for method in handler.http_methods
        }
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: known.get(found[1], str(uuid7())), route.path_format)
        yield Page(path, frozenset(methods))


@pytest.fixture
async def day(sessions_of: Callable[[str], Sessions]) -> Day:
    day = Day()
    for service in ("portal", "editions"):
        await day.make_known(sessions_of(service))
    return day


@pytest.fixture
def pages(app_of: Callable[[str], Application], day: Day) -> list[Page]:
    return list(pages_of(app_of("portal"), day.slug))


@pytest.mark.parametrize("told", NOT_OURS, ids=str)
async def test_no_page_changes_anything_for_another_site(
    client_of: Callable[..., httpx2.AsyncClient], pages: list[Page], told: dict[str, str]
) -> None:
    """P30, by the browser's own word: every unsafe method of every address, whoever is signed in."""
    reader = client_of("portal")
    changing = [(page, method) for page in pages for method in page.methods - SAFE]
    assert len(changing) > 20
    for page, method in changing:
        answer = await reader.request(method, page.path, headers=told, data={"email": "x@fed.example"})
        assert answer.status_code == 403, (method, page.path)
        assert "set-cookie" not in answer.headers


async def test_no_form_is_answered_with_a_redirect_that_repeats_it(
    client_of: Callable[..., httpx2.AsyncClient], pages: list[Page]
) -> None:
    """RFC 9700, 4.12: 307 and 308 would send what was typed on to the next address."""
    reader = client_of("portal")
    for page in pages:
        for method in page.methods - SAFE:
            answer = await reader.request(method, page.path, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code < 300 or answer.status_code == 303 or answer.status_code >= 400, page.path


async def test_no_method_of_any_address_breaks_anything(
    client_of: Callable[..., httpx2.AsyncClient], pages: list[Page]
) -> None:
    """What an address does not take is a 405 that says what it takes."""
    reader = client_of("portal")
    for page in pages:
        for method in EVERY:
            answer = await reader.request(method, page.path, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code in {*range(500), 503}, (method, page.path, answer.text)  # 503: no peer is here
            if method not in page.methods | {"HEAD", "OPTIONS"}:
                assert answer.status_code == 405, (method, page.path)
                assert answer.headers.get("allow"), (method, page.path)


async def test_what_a_page_is_answered_with_to_strangers_holds_nothing_of_the_inside(
    client_of: Callable[..., httpx2.AsyncClient], pages: list[Page]
) -> None:
    """No trace, no name of a module, no version of what it is built with."""
    reader = client_of("portal")
    inside = re.compile(
        r"Traceback|File \"|sqlalchemy|asyncpg|litestar|granian|site-packages|/services/portal/", re.IGNORECASE
    )
    for page in pages:
        answer = await reader.get(page.path)
        if "text/html" in answer.headers.get("content-type", ""):
            assert inside.search(answer.text) is None, page.path
        assert inside.search(str(answer.headers)) is None, page.path
