"""nginx with the generated configuration, in front of servers that stand for the services."""

import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from typing_extensions import override

from infra.health import answers
from infra.production.proxy import Proxy
from infra.supervising.folder import free_port
from libs.config import SERVICES
from tests.infra.instance import WAITS

Answer = Callable[[BaseHTTPRequestHandler], tuple[int, Mapping[str, str], bytes]]


@contextmanager
def standing_for(answer: Answer, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve what `answer` says, while the block runs; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 (the server's name for it)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"{host}:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def proxied(folder: Path, answer_of: Callable[[str], Answer], **more: object) -> Iterator[Proxy]:
    """Run nginx in front of a server for each service."""
    with ExitStack() as standing:
        webs = {service: [standing.enter_context(standing_for(answer_of(service)))] for service in SERVICES}
        with running(proxy_of(folder, webs, **more)) as proxy:
            yield proxy


def proxy_of(folder: Path, webs: Mapping[str, list[str]], **more: object) -> Proxy:
    listen, internal = (f"127.0.0.1:{free_port()}" for _ in range(2))
    return Proxy(folder=folder, listen=listen, internal=internal, host="day.example", webs=webs, **more)  # type: ignore[arg-type] # its names


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """Run nginx while the block runs."""
    proxy.write()
    with subprocess.Popen(proxy.command) as process:
        until = time.monotonic() + WAITS
        while not answers(f"http://{proxy.internal}/healthz"):
            assert process.poll() is None, "nginx does not start"
            assert time.monotonic() < until
        yield proxy
        process.terminate()


@contextmanager
def telling_names(address: Callable[[], str]) -> Iterator[str]:
    """Answer each question for a name (RFC 1035) with `address`, while the block runs; yield where to ask."""

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            asked, socket = self.request
            question = asked[12 : asked.index(b"\0", 12) + 5]
            head = asked[:2] + b"\x81\x80" + b"\0\1" * 2 + b"\0" * 4
            record = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 1, 4) + ip_address(address()).packed
            socket.sendto(head + question + record, self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
