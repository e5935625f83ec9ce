"""Who receives traces: a server of OTLP over HTTP, as small as may be."""

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from msgspec import Struct
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override

WAITS = 60.0  # seconds


class Span(Struct, frozen=True):
    process: str
    name: str
    trace: bytes
    id: bytes
    parent: bytes
    attributes: dict[str, str]


class Collector:
    """Receives spans at `endpoint` while the block runs."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._more = threading.Condition()
        collector = self

        class Receives(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()

            @override
            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Receives)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        with self._more:
            for of_process in request.resource_spans:
                told = {each.key: each.value.string_value for each in of_process.resource.attributes}
                self._spans += [
                    Span(
                        told["service.name"],
                        each.name,
                        each.trace_id,
                        each.span_id,
                        each.parent_span_id,
                        {pair.key: pair.value.string_value for pair in each.attributes},
                    )
                    for of_scope in of_process.scope_spans
                    for each in of_scope.spans
                ]
            self._more.notify_all()

    def wait_for(self, condition: Callable[[list[Span]], bool]) -> list[Span]:
        """Return all spans as soon as they are as `condition` wants them; fail when they do not become so."""
        with self._more:
            assert self._more.wait_for(lambda: condition(self._spans), WAITS), [
                (each.process, each.name) for each in self._spans
            ]
            return list(self._spans)
