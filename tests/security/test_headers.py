"""What browsers and caches are told, with every kind of answer: pages, refusals, addresses that are nobody's."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest
from msgspec import structs

from infra.web import create
from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.published.commands import REVALIDATED, Document, publish_documents
from libs.web.headers import of_data, of_pages
from tests.days import Day

BASE = "https://day.example"
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
}
PAGE = {
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}
DATA = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}


@pytest.fixture
async def day(sessions_of: Callable[[str], Sessions]) -> Day:
    day = Day()
    for service in ("portal", "scheduling", "editions"):
        await day.make_known(sessions_of(service))
    return day


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Run the whole platform, reached by TLS; yield its reader."""
    platform = create(structs.replace(settings, base_url=BASE, internal_url=BASE))
    transport = httpx2.ASGITransport(platform, raise_app_exceptions=False)  # type: ignore[arg-type] # Litestar's scope
    async with platform.lifespan(), httpx2.AsyncClient(transport=transport, base_url=BASE) as reader:
        yield reader


async def publish(sessions: Sessions, day: Day, path: str, kind: str) -> None:
    document = Document(path=path, content_type=kind, body=b"as it was rendered", cache_control=REVALIDATED)
    async with unit_of_work(sessions, day.id) as session:
        await publish_documents(session, day.id, [document], version=1, now=datetime.now(UTC))


async def test_every_page_tells_the_browser_what_to_refuse(
    sessions_of: Callable[[str], Sessions], day: Day, settings: Settings
) -> None:
    """Also the public ones, which are answered before the application, and every way to be refused."""
    await publish(sessions_of("portal"), day, f"/fr/{day.slug}", "text/html; charset=utf-8")
    asked = [
        ("GET", f"/fr/{day.slug}", 200),
        ("GET", f"/fr/{day.slug}/sign-in", 200),
        ("GET", f"/fr/{day.slug}/sign-in/some-link", 200),
        ("GET", f"/fr/{day.slug}/workspace", 303),
        ("GET", "/fr/nowhere/workspace", 404),
        ("GET", "/a/way/that/is/nobodys", 404),
        ("GET", "/static/nothing", 404),
        ("POST", f"/fr/{day.slug}/sign-in", 403),
        ("PUT", f"/fr/{day.slug}/sign-in", 405),
        ("GET", "/", 302),
    ]
    async with reading(settings) as reader:
        answers = [(await reader.request(method, path), method, path, status) for method, path, status in asked]
    for answer, method, path, status in answers:
        assert answer.status_code == status, (method, path)
        told = answer.headers
        assert set(told["content-security-policy"].split("; ")) >= POLICY, (method, path)
        assert {name: told.get(name) for name in PAGE} == PAGE, (method, path)
        assert "unsafe" not in told["content-security-policy"]


async def test_every_other_answer_runs_nothing_and_is_framed_by_nobody(
    sessions_of: Callable[[str], Sessions], day: Day, settings: Settings
) -> None:
    export = f"/api/v1/{day.slug}/editions/2026/releases/1/programme.json"
    await publish(sessions_of("scheduling"), day, export, "application/json")
    asked = [
        ("GET", export, 200),
        ("GET", "/oauth/jwks", 200),
        ("GET", "/.well-known/oauth-authorization-server", 200),
        ("POST", "/oauth/token", 400),
        ("GET", f"/api/v1/{day.slug}/editions", 200),
        ("GET", f"/api/v1/{day.slug}/nominations", 404),
        ("GET", "/api/v1/nowhere/editions", 404),
        ("GET", f"/api/v1/{day.slug}/nothing", 404),
        ("PUT", f"/api/v1/{day.slug}/editions", 405),
        ("GET", "/healthz", 200),
    ]
    async with reading(settings) as reader:
        answers = [(await reader.request(method, path), method, path, status) for method, path, status in asked]
    for answer, method, path, status in answers:
        assert answer.status_code == status, (method, path, answer.text)
        assert {name: answer.headers.get(name) for name in DATA} == DATA, (method, path)


async def test_what_does_not_say_how_it_may_be_kept_is_kept_by_nobody(
    client_of: Callable[..., httpx2.AsyncClient], sessions_of: Callable[[str], Sessions], day: Day
) -> None:
    """A list of people, a refusal, a page behind a sign-in: nothing of it stays in a cache."""
    await day.make_known(sessions_of("stakeholders"))
    told = await client_of("stakeholders", day.of_ministry).get(f"/api/v1/{day.slug}/organisations")
    assert (told.status_code, told.headers["cache-control"]) == (200, "no-store")
    for service, path in (("stakeholders", f"/api/v1/{day.slug}/nominations"), ("portal", f"/fr/{day.slug}/workspace")):
        answer = await client_of(service).get(path)
        assert answer.headers["cache-control"] == "no-store", path


@pytest.mark.parametrize("told", [of_pages, of_data])
def test_without_tls_nothing_asks_for_it(told: Callable[..., dict[bytes, bytes]]) -> None:
    """A browser on loopback that was told to use TLS would reach us no more."""
    assert b"strict-transport-security" not in told(secure=False)
