"""What the proxy keeps of public answers, and for how long."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from msgspec import Struct

from infra.production.proxy import Proxy
from libs.published.commands import IMMUTABLE, REVALIDATED
from libs.web.app import LARGEST_BODY
from tests.infra.instance import WAITS
from tests.production.nginx import Answer, proxied
from tests.production.servers import need


class Got(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Origin:
    """Stands for every service: a public page with a version, and what is nobody else's business."""

    def __init__(self) -> None:
        self.version = 1
        self.asked: Counter[tuple[str, int]] = Counter()  # by path and status
        self.codings: set[str] = set()
        self.away = False
        self.hold: threading.Event | None = None

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        if self.away:
            return 500, {}, b""
        if self.hold is not None:
            self.hold.wait(WAITS)
        status, headers, body = self._document(request)
        if headers.get("etag") and request.headers.get("if-none-match") == headers["etag"]:
            status, body = 304, b""
        self.asked[request.path, status] += 1
        self.codings.add(request.headers.get("accept-encoding") or "")
        return status, headers, body

    def _document(self, request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        told = {"etag": f'"{self.version}"', "vary": "accept-encoding"}
        body = str(self.version).encode()
        if "/private" in request.path:
            return 200, {"cache-control": "private, no-cache", **told}, body
        if request.path.startswith("/says-nothing"):
            return 200, told, body
        if request.path.startswith("/static/"):
            return 200, {"cache-control": IMMUTABLE, **told}, body
        if request.path.startswith("/by-language"):
            return 200, {"cache-control": REVALIDATED, **told, "vary": "accept-language"}, body
        return 200, {"cache-control": REVALIDATED, **told}, body


@pytest.fixture
def origin() -> Origin:
    return Origin()


@pytest.fixture
def proxy(origin: Origin, tmp_path: Path) -> Iterator[Proxy]:
    need("nginx")

    def answer_of(_: str) -> Answer:
        return origin.answer

    with proxied(tmp_path / "proxy", answer_of) as proxy:
        yield proxy


def ask(address: str, path: str, **headers: str) -> Got:
    connection = http.client.HTTPConnection(address, timeout=WAITS)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    got = Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return got


def until_body(proxy: Proxy, path: str, body: bytes) -> float:
    """Ask until the body is this one; return how many seconds that took."""
    begun = time.monotonic()
    while ask(proxy.listen, path).body != body:
        assert time.monotonic() - begun < WAITS
    return time.monotonic() - begun


def test_an_opening_reaches_the_service_a_few_times_and_by_the_tag(proxy: Proxy, origin: Origin) -> None:
    begun = time.monotonic()
    while origin.asked["/fr/jni", 304] < 1:  # until what is kept had to be asked for again
        assert ask(proxy.listen, "/fr/jni").body == b"1"
    seconds = time.monotonic() - begun
    assert origin.asked["/fr/jni", 200] == 1
    assert origin.asked["/fr/jni", 304] <= 1 + seconds


def test_a_release_is_seen_within_two_seconds_after_an_hour_of_silence_too(proxy: Proxy, origin: Origin) -> None:
    assert ask(proxy.listen, "/fr/jni").body == b"1"
    origin.version = 2
    assert until_body(proxy, "/fr/jni", b"2") <= 2.5  # of which half a second is this machine's


def test_while_one_asks_the_others_are_given_what_is_there(proxy: Proxy, origin: Origin) -> None:
    assert ask(proxy.listen, "/fr/jni").body == b"1"
    origin.version, origin.hold = 2, threading.Event()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(until_body, proxy, "/fr/jni", b"2")  # is held up when it asks again
        begun = time.monotonic()
        while time.monotonic() - begun < 2.5:
            assert ask(proxy.listen, "/fr/jni").body == b"1"
        assert not waiting.done()
        origin.hold.set()
        waiting.result(WAITS)


@pytest.mark.parametrize("path", ["/private", "/says-nothing", "/by-language", "/api/v1/jni/editions"])
def test_what_no_service_calls_public_for_all_is_never_kept(proxy: Proxy, origin: Origin, path: str) -> None:
    for version in (1, 2, 3):
        origin.version = version
        assert ask(proxy.listen, path).body == str(version).encode()


def test_who_brings_a_token_is_answered_by_the_service_itself(proxy: Proxy, origin: Origin) -> None:
    assert ask(proxy.listen, "/fr/jni").body == b"1"
    origin.version = 2
    assert ask(proxy.listen, "/fr/jni", authorization="Bearer x").body == b"2"


def test_what_never_changes_is_kept_though_the_service_is_gone(proxy: Proxy, origin: Origin) -> None:
    assert ask(proxy.listen, "/static/public.css").body == b"1"
    origin.version, origin.away = 2, True
    assert ask(proxy.listen, "/static/public.css").body == b"1"


def test_a_page_is_shown_as_it_was_while_its_service_fails(proxy: Proxy, origin: Origin) -> None:
    assert ask(proxy.listen, "/fr/jni").body == b"1"
    origin.away = True
    begun = time.monotonic()
    while time.monotonic() - begun < 2.5:
        assert ask(proxy.listen, "/fr/jni").status == 200


def test_a_reader_who_has_it_is_told_so_and_nothing_else(proxy: Proxy) -> None:
    tag = ask(proxy.listen, "/fr/jni").headers["etag"]
    answer = ask(proxy.listen, "/fr/jni", if_none_match=tag)
    assert (answer.status, answer.body) == (304, b"")


def test_whatever_codings_readers_take_the_service_is_asked_for_three(proxy: Proxy, origin: Origin) -> None:
    for taken in ("gzip, deflate, br, zstd", "br", "GZIP", "gzip;q=1.0, identity", "br;q=0", "", "identity"):
        ask(proxy.listen, "/fr/jni", accept_encoding=taken)
    assert origin.codings == {"br", "gzip", ""}
    assert origin.asked["/fr/jni", 200] == 3


def test_the_services_themselves_are_given_nothing_that_was_kept(proxy: Proxy, origin: Origin) -> None:
    for version in (1, 2, 3):
        origin.version = version
        assert ask(proxy.internal, "/oauth/jwks").body == str(version).encode()


def test_a_body_that_is_too_large_stops_at_the_door(proxy: Proxy, origin: Origin) -> None:
    for path, kind in (("/api/v1/jni/calls", "application/problem+json"), ("/fr/jni/workspace", "text/html")):
        connection = http.client.HTTPConnection(proxy.listen, timeout=WAITS)
        connection.putrequest("POST", path)
        connection.putheader("content-length", str(LARGEST_BODY + 1))
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.headers.get_content_type()) == (413, kind)
        connection.close()
    assert not origin.asked


def test_no_address_stands_in_a_log_for_some_are_secrets(proxy: Proxy, origin: Origin) -> None:
    ask(proxy.listen, "/fr/jni/sign-in/a-secret-link?next=a-secret")
    origin.away = True
    ask(proxy.listen, "/fr/jni/sign-in/a-secret-link")
    assert "secret" not in "".join(log.read_text() for log in proxy.folder.glob("*.log"))
