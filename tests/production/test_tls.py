"""Where our own proxy ends TLS: what it shows, what it refuses, and who comes without."""

import http.client
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typing_extensions import override

from infra.production.place import read_place
from infra.production.proxy import Proxy
from infra.production.tls import Tls, read_tls
from infra.supervising.folder import free_port
from libs.config import SettingWrong
from tests.libs.outgoing.servers import self_signed
from tests.production.nginx import proxied
from tests.production.servers import need
from tests.production.test_forwarded import telling

HOST = "day.example"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate of the day's, and its key."""
    return self_signed(tmp_path_factory.mktemp("tls"), HOST)


@pytest.fixture
def proxy(pem: Path, tmp_path: Path) -> Iterator[Proxy]:
    need("nginx")
    tls = Tls(pem, pem, plain=f"127.0.0.1:{free_port()}")
    with proxied(tmp_path / "proxy", telling, tls=tls) as proxy:
        yield proxy


class OverTls(http.client.HTTPSConnection):
    """A connection to an address, whose certificate must be that of the day."""

    def __init__(self, address: str, trusted: ssl.SSLContext) -> None:
        super().__init__(HOST, context=trusted, timeout=10)
        self._address = address
        self._trusted = trusted

    @override
    def connect(self) -> None:
        host, _, port = self._address.rpartition(":")
        self.sock = self._trusted.wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=HOST)


def trusting(pem: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(pem))


def test_readers_are_answered_by_tls_and_the_services_are_told_so(proxy: Proxy, pem: Path) -> None:
    connection = OverTls(proxy.listen, trusting(pem))
    connection.request("GET", "/fr")
    told = json.loads(connection.getresponse().read())
    connection.close()
    assert (told["host"], told["x-forwarded-proto"]) == (HOST, "https")


def test_its_own_answers_tell_browsers_to_come_by_tls_only(proxy: Proxy, pem: Path) -> None:
    connection = OverTls(proxy.listen, trusting(pem))
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("at", ["its own port", "the plain one"])
def test_who_comes_without_is_led_to_tls(proxy: Proxy, at: str) -> None:
    assert proxy.tls
    connection = http.client.HTTPConnection(proxy.listen if at == "its own port" else proxy.tls.plain, timeout=10)
    connection.request("GET", "/fr/jni?a=b", headers={"host": "evil.example"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert (answer.status, answer.headers["location"]) == (308, f"https://{HOST}/fr/jni?a=b")


def test_old_tls_is_refused(proxy: Proxy) -> None:
    def shakes_hands(version: str) -> bool:
        words = ["openssl", "s_client", "-connect", proxy.listen, f"-{version}", "-cipher", "DEFAULT:@SECLEVEL=0"]
        done = subprocess.run(words, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        return b"Cipher is (NONE)" not in done.stdout and done.returncode == 0

    need("openssl")
    assert [version for version in ("tls1", "tls1_1", "tls1_2", "tls1_3") if shakes_hands(version)] == [
        "tls1_2",
        "tls1_3",
    ]


def test_readers_may_speak_http_2(proxy: Proxy, pem: Path) -> None:
    context = trusting(pem)
    context.set_alpn_protocols(["h2"])
    connection = OverTls(proxy.listen, context)
    connection.connect()
    assert isinstance(connection.sock, ssl.SSLSocket)
    assert connection.sock.selected_alpn_protocol() == "h2"
    connection.close()


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"MOUSSEM_TLS_KEY": ""}, "MOUSSEM_TLS_KEY"),
        ({"MOUSSEM_TLS_CERTIFICATE": ""}, "MOUSSEM_TLS_CERTIFICATE"),
        ({"MOUSSEM_TLS_CERTIFICATE": "/nowhere.pem"}, "MOUSSEM_TLS_CERTIFICATE"),
        ({"MOUSSEM_BASE_URL": "http://day.example"}, "MOUSSEM_BASE_URL"),
        ({"MOUSSEM_PLAIN_PORT": "eighty"}, "MOUSSEM_PLAIN_PORT"),
    ],
)
def test_what_could_not_be_shown_stops_the_start_by_its_variables_name(
    pem: Path, change: dict[str, str], variable: str
) -> None:
    environ = {"MOUSSEM_TLS_CERTIFICATE": str(pem), "MOUSSEM_TLS_KEY": str(pem), "MOUSSEM_BASE_URL": f"https://{HOST}"}
    assert read_tls(environ)
    with pytest.raises(SettingWrong, match=f"^{variable} "):
        read_tls({**environ, **change})
    with pytest.raises(SettingWrong, match=f"^{variable} "):
        read_place({**environ, **change}, demo=False)


def test_a_certificate_that_is_another_keys_is_refused(pem: Path, tmp_path: Path) -> None:
    other = self_signed(tmp_path, HOST)
    with pytest.raises(SettingWrong, match="fit"):
        read_tls({"MOUSSEM_TLS_CERTIFICATE": str(pem), "MOUSSEM_TLS_KEY": str(other)})


def test_without_an_address_of_its_own_it_is_reached_by_tls(pem: Path) -> None:
    environ = {"MOUSSEM_TLS_CERTIFICATE": str(pem), "MOUSSEM_TLS_KEY": str(pem), "MOUSSEM_PORT": "8443"}
    assert urlsplit(read_place(environ, demo=False).base_url)[:2] == ("https", "127.0.0.1:8443")
