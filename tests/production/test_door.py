"""What the proxy lets in, and what it says itself."""

import http.client
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from infra.production.proxy import Proxy
from libs.web.app import LARGEST_BODY
from tests.production.nginx import Answer, proxied
from tests.production.servers import need

TOLD = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
SECOND = b"GET /fr/smuggled HTTP/1.1\r\nHost: day.example\r\n\r\n"


class Seen:
    """What reached the services."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.headers: set[str] = set()

    def answering(self, _: str) -> Answer:
        def answer(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
            self.paths.append(request.path)
            self.headers |= {name.lower() for name in request.headers}
            return 200, {}, b"ok"

        return answer


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def proxy(tmp_path: Path, seen: Seen) -> Iterator[Proxy]:
    need("nginx")
    with proxied(tmp_path / "proxy", seen.answering, proxies=("127.0.0.0/8",)) as proxy:
        yield proxy


def said(proxy: Proxy, raw: bytes) -> bytes:
    """Send bytes as they are; return all that is answered until the connection ends."""
    host, _, port = proxy.listen.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "head",
    [
        b"POST /fr HTTP/1.1\r\nHost: day.example\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /fr HTTP/1.1\r\nHost: day.example\r\nContent-Length: 0\r\nContent-Length: 49\r\n\r\n",
        b"POST /fr HTTP/1.1\r\nHost: day.example\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /fr HTTP/1.1\r\nHost: day.example\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST /fr HTTP/1.1\r\nHost: day.example\r\nContent-Length: +0\r\n\r\n",
        b"GET /fr HTTP/1.1\r\nHost: day.example\r\nHost: evil.example\r\n\r\n",
        b"GET /fr HTTP/1.1\r\n\r\n",
        b"GET /fr\x00/x HTTP/1.1\r\nHost: day.example\r\n\r\n",
        b"GET /fr HTTP/9.9\r\nHost: day.example\r\n\r\n",
    ],
    ids=[
        "both lengths",
        "two lengths",
        "odd coding",
        "two codings",
        "odd length",
        "two hosts",
        "no host",
        "nul",
        "http",
    ],
)
def test_a_request_with_two_meanings_goes_to_nobody_and_nothing_behind_it_is_read(
    proxy: Proxy, seen: Seen, head: bytes
) -> None:
    """Request smuggling: the proxy and a service must never disagree where a request ends."""
    answer = said(proxy, head + SECOND)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501", b"HTTP/1.1 505")), answer[:80]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert seen.paths == []


def test_a_header_that_another_server_could_read_otherwise_is_not_passed_on(proxy: Proxy, seen: Seen) -> None:
    """`X_Forwarded_For` becomes `X-Forwarded-For` where a server writes headers as variables."""
    connection = http.client.HTTPConnection(proxy.listen, timeout=10)
    connection.request("GET", "/fr", headers={"X_Forwarded_For": "10.0.0.1"})
    assert connection.getresponse().status == 200
    connection.close()
    assert seen.paths == ["/fr"]
    assert "x_forwarded_for" not in seen.headers


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_the_proxy_says_itself_tells_the_browser_what_to_refuse(proxy: Proxy, scheme: str) -> None:
    for path, length, status in [
        ("/healthz", 0, 200),
        ("/api/v1/jni/nothing", 0, 404),
        ("/api/v1/jni/editions", LARGEST_BODY + 1, 413),
        ("/fr", LARGEST_BODY + 1, 413),
    ]:
        connection = http.client.HTTPConnection(proxy.listen, timeout=10)
        connection.putrequest("POST" if length else "GET", path)
        connection.putheader("x-forwarded-proto", scheme)
        if length:
            connection.putheader("content-length", str(length))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == status, path
        assert {name: answer.getheader(name) for name in TOLD} == TOLD, path
        assert (answer.getheader("strict-transport-security") is not None) == (scheme == "https")
        assert "nginx/" not in str(answer.getheader("server"))
        connection.close()
