"""The HTTP applications of the services named, or of all, in one process, by granian: `python -m infra.web SERVICE …`.

Of itself it answers `/healthz` (it lives) and `/readyz` (so does all that its services need); an address of a service
that is not in it is nobody's.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from infra.composition import composition_roots, serving
from infra.listening import Listening, read_listening
from infra.mailbox.pages import ADDRESS as MAILBOX
from infra.mailbox.pages import mailbox_routes
from infra.observing import observed
from infra.readiness import Looked, Readiness
from infra.web_figures import Shelves, told_of
from libs.config import Settings, read_settings
from libs.observability.logs import configure_logs
from libs.resources import Application, open_resources
from libs.web.headers import of_data, telling
from libs.web.paths import service_of
from libs.web.problems import EXCEPTION_HANDLERS

_OWN = frozenset({"/healthz", "/readyz"})


class Platform:
    """One application that gives each request to the service whose address it is."""

    def __init__(
        self, settings: Settings, apps: Mapping[str, Application], mailbox: Sequence[HTTPRouteHandler] = ()
    ) -> None:
        self.apps = apps
        self._answering = {service: told_of(settings, app, service) for service, app in apps.items()}
        self._own = _own_app(apps, Readiness(settings, tuple(apps)), mailbox, secure=settings.secure)

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        return self._own.lifespan()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self._own
        if scope["type"] != "lifespan" and not _is_own(scope["path"]):  # type: ignore[comparison-overlap]  # Litestar's
            app = self._answering.get(service_of(scope["path"]) or "", self._own)
        await app(scope, receive, send)


def create(settings: Settings, services: Sequence[str] = ()) -> Platform:
    """Put the services named together; where that is all of them, they ask one another without leaving the process."""
    resources = open_resources(settings)
    roots = composition_roots("app", services)
    apps: dict[str, Application] = {service: root.create(resources) for service, root in roots.items()}
    mailbox = mailbox_routes(Path(settings.mailbox)) if settings.demo and settings.mailbox else ()
    platform = Platform(settings, apps, mailbox)
    if set(apps) == set(serving("app")):
        resources.peers.mount(platform)
    return platform


def _is_own(path: str) -> bool:
    return path in _OWN or path == MAILBOX or path.startswith(f"{MAILBOX}/")


def _own_app(
    apps: Mapping[str, Application], readiness: Readiness, mailbox: Sequence[HTTPRouteHandler], *, secure: bool
) -> Litestar:
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
    async def readyz() -> Response[Looked]:
        looked = await readiness.look()
        return Response(looked, status_code=503 if looked.missing else 200)

    routes = [healthz, readyz, *mailbox]
    return Litestar(
        routes,
        logging_config=None,  # its own would take the place of ours
        lifespan=[live],
        before_send=[telling(of_data(secure=secure))],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
    )


def behind(proxies: Sequence[str], app: ASGIApp) -> ASGIApp:
    """Believe what the listed proxies say of whom they answer (X-Forwarded-For, X-Forwarded-Proto), and nobody else."""
    return cast("ASGIApp", wrap_asgi_with_proxy_headers(app, list(proxies))) if proxies else app


async def serve(app: ASGIApp, at: Listening) -> None:
    """Serve until SIGTERM or SIGINT. In this very process: a worker of granian's own would outlive it when killed."""
    server = Server(app, address=at.host, port=at.port, interface=Interfaces.ASGI)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


def main(services: Sequence[str]) -> None:
    configure_logs()
    settings = read_settings(os.environ)
    platform = create(settings, services)
    with observed(settings, "web", services, Shelves(platform.apps)):
        uvloop.run(serve(behind(settings.proxies, platform), read_listening(os.environ)))


if __name__ == "__main__":
    main(sys.argv[1:])
