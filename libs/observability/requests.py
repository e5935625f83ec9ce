"""What is told of each request of a service: a span in the caller's trace, and its time by route and status."""

import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from libs.observability.metrics import REQUEST_SECONDS
from libs.observability.tracing import TRACEPARENT, span

_TRACEPARENT = TRACEPARENT.encode()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GONE = 499  # as nginx has it: who asked did not wait for the answer


class Observed:
    """An application whose requests are told of. The route is named, never the address: some addresses are secrets."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        status, begun = _GONE, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = str(scope["method"]) if scope["method"] in _METHODS else "other"
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == _TRACEPARENT), None)
        with span(method, parent=parent, kind="SERVER", attributes={"moussem.service": self._service}) as current:
            try:
                await self._app(scope, receive, noting)
            finally:
                route = _route(scope, status)
                seconds = time.perf_counter() - begun
                REQUEST_SECONDS.labels(self._service, method, route, str(status)).observe(seconds)
                if current is not None:
                    current.update_name(f"{method} {route}")
                    current.set_attribute("http.response.status_code", status)


def _route(scope: Scope, status: int) -> str:
    """Return the pattern that the address fits: what is published has none, nor has what is nobody's."""
    return str(scope.get("path_template") or ("published" if status < 400 else "nobody's"))  # noqa: PLR2004 (an error)
