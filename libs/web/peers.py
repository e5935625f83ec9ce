"""How one service asks another: over HTTP, or in process where all are mounted together. Only the portal does it much.

The one place that chooses the transport; who calls does not know which it is.
"""

from typing import Any

import httpx2
from litestar.types import ASGIApp

from libs.errors import Unavailable
from libs.observability.tracing import TRACEPARENT, traceparent

_SECONDS = 10.0


class PeerAway(Unavailable):
    detail = "A part of the platform that this needs does not answer at the moment."
    remedy = "Try the same again in a few seconds."


class Peers:
    """The other services at one base address."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._client: httpx2.AsyncClient | None = None
        self._app: ASGIApp | None = None

    def mount(self, app: ASGIApp) -> None:
        """Answer in process from now on: `app` holds all services."""
        self._app = app

    @property
    def client(self) -> httpx2.AsyncClient:
        """The client, opened on first use in the loop that uses it."""
        if self._client is None:
            app: Any = self._app
            transport = httpx2.ASGITransport(app, raise_app_exceptions=False) if app else None
            hooks = {"request": [_carry_trace]}
            self._client = httpx2.AsyncClient(
                base_url=self._base_url, transport=transport, timeout=_SECONDS, event_hooks=hooks
            )
        return self._client

    async def keys(self) -> dict[str, Any]:
        """Return the issuer's public keys (RFC 7517); raise `PeerAway` where it does not answer."""
        keys: dict[str, Any] = (await self.read("/oauth/jwks")).json()
        return keys

    async def revoked(self) -> list[str]:
        """Return what the issuer gave and says is good no more; raise `PeerAway` where it does not answer."""
        names: list[str] = (await self.read("/oauth/revoked")).json()["revoked"]
        return names

    async def read(self, path: str) -> httpx2.Response:
        """Return what a service tells anybody; raise `PeerAway` where it does not answer."""
        try:
            return (await self.client.get(path)).raise_for_status()
        except httpx2.HTTPError as error:
            raise PeerAway from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


async def _carry_trace(request: httpx2.Request) -> None:
    if parent := traceparent():
        request.headers[TRACEPARENT] = parent
