"""Published addresses: the bytes that were rendered, as they are, until something changes."""

import asyncio
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import brotli
import httpx2
import psycopg
import pytest

from libs.config import as_role
from libs.db.tenancy import Sessions, unit_of_work
from libs.published.commands import IMMUTABLE, Document, publish_documents
from libs.resources import Application
from tests.days import Day

NOW = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("portal")


@pytest.fixture
async def day(sessions: Sessions) -> Day:
    day = Day()
    await day.make_known(sessions)
    return day


@pytest.fixture
async def reader(client_of: Callable[..., httpx2.AsyncClient]) -> httpx2.AsyncClient:
    client = client_of("portal")
    client.headers["accept-encoding"] = "identity"
    return client


async def publish(sessions: Sessions, day: Day, body: bytes, *, version: int = 1, cache: str = "no-cache") -> str:
    path = f"/fr/{day.slug}/programme"
    document = Document(path=path, content_type="text/plain; charset=utf-8", body=body, cache_control=cache)
    async with unit_of_work(sessions, day.id) as session:
        await publish_documents(session, day.id, [document], version=version, now=NOW)
    return path


async def until(reader: httpx2.AsyncClient, path: str, body: bytes) -> None:
    """Read until the change is seen; the limit is that of the test run."""
    async with asyncio.timeout(10):
        while (await reader.get(path)).content != body:  # noqa: ASYNC110 (a reader has no other sign of it)
            await asyncio.sleep(0)


async def test_is_served_as_it_was_rendered(sessions: Sessions, day: Day, reader: httpx2.AsyncClient) -> None:
    path = await publish(sessions, day, "À 10 h".encode(), cache=IMMUTABLE)
    answer = await reader.get(path)
    assert (answer.status_code, answer.content) == (200, "À 10 h".encode())
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == IMMUTABLE


async def test_needs_no_statement_once_a_process_has_it(
    sessions: Sessions, day: Day, reader: httpx2.AsyncClient, superuser: str, postgres: str
) -> None:
    """Nobody can read the tables meanwhile: a statement would wait until the test's limit."""
    path = await publish(sessions, day, b"page")
    await until(reader, path, b"page")
    with psycopg.connect(as_role(postgres, urlsplit(superuser).username or "")) as operator:
        operator.execute("LOCK TABLE portal.published, portal.known_tenant IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(10):
            answers = [(await reader.get(path)).content for _ in range(50)]
    assert answers == [b"page"] * 50


async def test_is_not_sent_again_to_who_has_it(sessions: Sessions, day: Day, reader: httpx2.AsyncClient) -> None:
    path = await publish(sessions, day, b"page")
    etag = (await reader.get(path)).headers["etag"]
    for seen in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await reader.get(path, headers={"if-none-match": seen})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert (await reader.get(path, headers={"if-none-match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("br;q=0", None),
    ],
)
async def test_comes_in_the_coding_that_the_reader_takes(
    sessions: Sessions, day: Day, app_of: Callable[[str], Application], accepted: str, coding: str | None
) -> None:
    path = await publish(sessions, day, b"page" * 100)
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:  # raw: the client would undo the coding
        sent.append(message)

    headers = [(b"accept-encoding", accepted.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "state": {}}
    app: Callable[..., object] = app_of("portal")
    await app(scope, None, send)  # type: ignore[misc]
    told = dict(sent[0]["headers"])  # type: ignore[call-overload]
    undo = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert told.get(b"content-encoding") == (coding.encode() if coding else None)
    assert undo(sent[1]["body"]) == b"page" * 100


async def test_a_head_request_has_the_length_and_no_body(
    sessions: Sessions, day: Day, reader: httpx2.AsyncClient
) -> None:
    path = await publish(sessions, day, b"page")
    answer = await reader.head(path)
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "4", b"")


async def test_a_change_is_seen_by_every_process(sessions: Sessions, day: Day, reader: httpx2.AsyncClient) -> None:
    path = await publish(sessions, day, b"first")
    await until(reader, path, b"first")
    await publish(sessions, day, b"second", version=2)
    await until(reader, path, b"second")


async def test_a_change_is_seen_although_the_line_was_cut(
    sessions: Sessions, day: Day, reader: httpx2.AsyncClient, superuser: str
) -> None:
    path = await publish(sessions, day, b"first")
    await until(reader, path, b"first")
    with psycopg.connect(superuser, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = 'portal' AND query LIKE '%last_value%'"
        )
    await publish(sessions, day, b"second", version=2)
    await until(reader, path, b"second")


async def test_an_older_rendering_does_not_replace_a_newer_one(
    sessions: Sessions, day: Day, reader: httpx2.AsyncClient
) -> None:
    path = await publish(sessions, day, b"second", version=2)
    await publish(sessions, day, b"first", version=1)
    await until(reader, path, b"second")


async def test_another_tenants_page_is_not_found_under_this_ones_name(
    sessions: Sessions, day: Day, reader: httpx2.AsyncClient
) -> None:
    await publish(sessions, day, b"page")
    stranger = Day()
    await stranger.make_known(sessions)
    assert (await reader.get(f"/fr/{stranger.slug}/programme")).status_code == 404
