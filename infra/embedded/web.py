"""All services' HTTP applications in one process, by granian: `python -m infra.embedded.web`."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from infra.embedded.mailbox.pages import ADDRESS as MAILBOX
from infra.embedded.mailbox.pages import mailbox_routes
from infra.embedded.place import HOST, read_place
from infra.embedded.readiness import Readiness
from infra.embedded.services import composition_roots
from libs.config import Settings, read_settings
from libs.observability.logs import configure_logs
from libs.resources import Application, open_resources
from libs.web.paths import service_of
from libs.web.problems import EXCEPTION_HANDLERS

_OWN = frozenset({"/healthz", "/readyz"})


class Platform:
    """One application that gives each request to the service whose address it is."""

    def __init__(
        self, apps: Mapping[str, Application], readiness: Readiness, mailbox: Sequence[HTTPRouteHandler] = ()
    ) -> None:
        self._apps = apps
        self._own = _own_app(apps, readiness, mailbox)

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        return self._own.lifespan()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self._own
        if scope["type"] != "lifespan" and not _is_own(scope["path"]):  # type: ignore[comparison-overlap]  # Litestar's
            app = self._apps.get(service_of(scope["path"]) or "", self._own)
        await app(scope, receive, send)


def create(settings: Settings) -> Platform:
    """Put all services together; they reach one another without leaving the process."""
    resources = open_resources(settings)
    apps: dict[str, Application] = {
        service: root.create(resources) for service, root in composition_roots("app").items()
    }
    mailbox = mailbox_routes(Path(settings.mailbox)) if settings.demo and settings.mailbox else ()
    platform = Platform(apps, Readiness(settings, tuple(apps)), mailbox)
    resources.peers.mount(platform)
    return platform


def _is_own(path: str) -> bool:
    return path in _OWN or path == MAILBOX or path.startswith(f"{MAILBOX}/")


def _own_app(apps: Mapping[str, Application], readiness: Readiness, mailbox: Sequence[HTTPRouteHandler]) -> Litestar:
    """Answer for the process as a whole, and for the addresses that are nobody's."""

    @asynccontextmanager
    async def live(_: Litestar) -> AsyncIterator[None]:
        """Litestar does not enter the lifespan of what is mounted."""
        async with AsyncExitStack() as lives:
            for app in apps.values():
                await lives.enter_async_context(app.lifespan())
            yield

    @get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @get("/readyz")
    async def readyz() -> Response[dict[str, list[str]]]:
        missing = await readiness.missing()
        return Response({"missing": missing}, status_code=503 if missing else 200)

    routes = [healthz, readyz, *mailbox]
    return Litestar(routes, lifespan=[live], exception_handlers=EXCEPTION_HANDLERS, openapi_config=None)


async def serve(app: ASGIApp, port: int) -> None:
    """Serve until SIGTERM or SIGINT. In this very process: a worker of granian's own would outlive it when killed."""
    server = Server(app, address=HOST, port=port, interface=Interfaces.ASGI)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


if __name__ == "__main__":
    configure_logs()
    uvloop.run(serve(create(read_settings(os.environ)), read_place(os.environ).port))
