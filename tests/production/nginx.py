"""nginx with the generated configuration, in front of servers that stand for the services."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from typing_extensions import override

from infra.health import answers
from infra.production.proxy import Proxy
from infra.supervising.folder import free_port
from libs.config import SERVICES
from tests.infra.instance import WAITS

Answer = Callable[[BaseHTTPRequestHandler], tuple[int, Mapping[str, str], bytes]]


@contextmanager
def standing_for(answer: Answer) -> Iterator[str]:
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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def proxied(folder: Path, answer_of: Callable[[str], Answer], *, proxies: tuple[str, ...] = ()) -> Iterator[Proxy]:
    """Run nginx in front of a server for each service."""
    with ExitStack() as running:
        proxy = Proxy(
            folder=folder,
            listen=f"127.0.0.1:{free_port()}",
            internal=f"127.0.0.1:{free_port()}",
            host="day.example",
            webs={service: [running.enter_context(standing_for(answer_of(service)))] for service in SERVICES},
            proxies=proxies,
        )
        proxy.write()
        process = running.enter_context(subprocess.Popen(proxy.command))
        running.callback(process.terminate)
        until = time.monotonic() + WAITS
        while not answers(f"http://{proxy.listen}/healthz"):
            assert process.poll() is None, "nginx does not start"
            assert time.monotonic() < until
        yield proxy
