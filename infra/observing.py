"""What a process tells of itself while it works: its spans, and its figures at an address of its own."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, start_http_server
from prometheus_client.registry import Collector

from infra.listening import LOOPBACK
from libs.config import Settings, SettingWrong
from libs.observability.tracing import begin_tracing, end_tracing


@contextmanager
def observed(settings: Settings, kind: str, services: Iterable[str], *collectors: Collector) -> Iterator[None]:
    """Tell of this process for as long as the block runs, as far as the settings ask for it."""
    begin_tracing(settings.traces_url, "-".join([*services, kind]))
    for collector in collectors:
        REGISTRY.register(collector)
    answering = _answer(settings.metrics) if settings.metrics else None
    try:
        yield
    finally:
        if answering is not None:
            answering.shutdown()
            answering.server_close()
        for collector in collectors:
            REGISTRY.unregister(collector)
        end_tracing()


def _answer(address: str) -> WSGIServer:
    parts = urlsplit(f"//{address}")
    try:
        server, _ = start_http_server(parts.port or 0, addr=parts.hostname or LOOPBACK)
    except OSError as error:
        raise SettingWrong("MOUSSEM_METRICS", f"names an address that cannot be used: {error.strerror}") from None
    return server
