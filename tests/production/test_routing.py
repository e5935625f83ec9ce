"""The proxy sends each address to the service that the table of paths names."""

import http.client
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.production.proxy import Proxy
from infra.supervising.folder import free_port
from libs.config import SERVICES
from libs.web.paths import API, NOUNS, service_of
from tests.infra.instance import WAITS
from tests.production.nginx import Answer, proxied, proxy_of, running, standing_for, telling_names
from tests.production.servers import need

WORDS = st.sampled_from([*NOUNS, "jni", "2026", "latest", "oauth", ".well-known", "approvals", "openapi", "x.json"])
PATHS = st.lists(WORDS, min_size=1, max_size=6).map("/".join)


def telling(service: str) -> Answer:
    def answer(_: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, service.encode()

    return answer


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    need("nginx")
    with proxied(tmp_path_factory.mktemp("proxy"), telling) as proxy:
        yield proxy


def asked(address: str, path: str) -> str | None:
    """Return the service that answered; none where nobody did."""
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status in {200, 404}
    return body if answer.status == 200 else None


@given(path=PATHS, prefix=st.sampled_from(["/", f"{API}/", f"{API}/jni/", f"{API}/jni/editions/2026/"]))
@example(path="", prefix=f"{API}/jni")
@example(path="", prefix=f"{API}/jni/")
@example(path="", prefix="/")
@example(path="", prefix=f"{API}/")
@example(path="", prefix=API)
@example(path="releases", prefix=f"{API}/jni/editions/2026/")
@example(path="releasesoon", prefix=f"{API}/jni/editions/2026/")
@example(path="editionsx", prefix=f"{API}/jni/")
@example(path="oauthx", prefix="/")
@example(path="well-known", prefix="/")
def test_inside_and_outside_each_address_goes_where_the_table_says(proxy: Proxy, path: str, prefix: str) -> None:
    service = service_of(prefix + path)
    expected = service if service in SERVICES else None
    assert asked(proxy.listen, prefix + path) == expected
    assert asked(proxy.internal, prefix + path) == expected


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_own_description_comes_from_itself(proxy: Proxy, service: str) -> None:
    assert asked(proxy.listen, f"/api/openapi/{service}.json") == service


def test_a_service_that_is_found_by_name_is_found_again_when_it_has_moved(tmp_path: Path) -> None:
    need("nginx")
    port, at = free_port(), ["127.0.0.1"]
    webs = {service: [f"{service}-web:{port}"] for service in SERVICES}
    with (
        standing_for(telling("as it was"), "127.0.0.1", port),
        standing_for(telling("as it is"), "127.0.0.2", port),
        telling_names(lambda: at[0]) as names,
        running(proxy_of(tmp_path / "proxy", webs, resolvers=(names,))) as proxy,
    ):
        assert asked(proxy.listen, f"{API}/jni/editions") == "as it was"
        at[0] = "127.0.0.2"
        until = time.monotonic() + WAITS
        while asked(proxy.listen, f"{API}/jni/editions?raw=%2Fyes") != "as it is":
            assert time.monotonic() < until
