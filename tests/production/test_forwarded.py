"""P21: whose word counts on who asks, and how."""

import http.client
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar.types import Receive, Scope, Send

from infra.production.proxy import Proxy
from infra.web import behind
from tests.production.nginx import Answer, proxied
from tests.production.servers import need

FORGED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=203.0.113.7;proto=https;host=evil.example",
    "Host": "evil.example",
}


def telling(_: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, json.dumps({name.lower(): value for name, value in request.headers.items()}).encode()

    return answer


@pytest.fixture(params=[(), ("127.0.0.0/8",), ("10.0.0.0/8",)], ids=["none", "us", "others"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    need("nginx")
    with proxied(tmp_path / "proxy", telling, proxies=request.param) as proxy:
        yield proxy


@pytest.mark.parametrize("path", ["/fr", "/api/v1/jni/editions"])
def test_a_proxy_in_front_is_believed_if_it_is_listed_and_nobody_else(proxy: Proxy, path: str) -> None:
    connection = http.client.HTTPConnection(proxy.listen, timeout=10)
    connection.request("GET", path, headers=FORGED)
    told = json.loads(connection.getresponse().read())
    connection.close()

    believed = proxy.proxies == ("127.0.0.0/8",)
    assert told["x-forwarded-for"] == ("203.0.113.7" if believed else "127.0.0.1")
    assert told["x-forwarded-proto"] == ("https" if believed else "http")
    assert told["host"] == "day.example", "which host was asked decides nothing"
    assert "x-forwarded-host" not in told
    assert "forwarded" not in told


@pytest.mark.parametrize(
    ("proxies", "client", "scheme"),
    [((), "127.0.0.1", "http"), (("127.0.0.1",), "203.0.113.7", "https"), (("10.0.0.0/8",), "127.0.0.1", "http")],
)
async def test_so_does_a_services_own_process(proxies: tuple[str, ...], client: str, scheme: str) -> None:
    async def tell(scope: Scope, _: Receive, send: Send) -> None:
        seen = json.dumps([scope["client"][0] if scope["client"] else "", scope["scheme"]]).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": seen, "more_body": False})

    app: Any = behind(proxies, tell)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://day.example") as asking:
        assert (await asking.get("/", headers=FORGED)).json() == [client, scheme]
