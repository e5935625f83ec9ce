"""Answering published addresses: in front of the application, in as few steps as ASGI allows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send
from sqlalchemy import select

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.published.models import PublishedDocument
from libs.published.shelf import Copy, Shelf, follow_changes
from libs.web.addresses import is_text
from libs.web.authorization import TenantOf
from libs.web.headers import of_data, of_pages

# Answers a path with the slug of the tenant whose document may lie there; None for a path that is never published.
TenantIn = Callable[[str], str | None]


class Published:
    """A document, if one is published at the address; else whatever the application answers.

    HEAD is GET without its body everywhere (RFC 9110, 9.3.2): so ask those who check a link before its reader does.
    Around the whole application, since Litestar's middleware runs only for addresses that have a handler.
    """

    def __init__(  # noqa: PLR0913 (wired once, by name)
        self,
        app: Litestar,
        *,
        settings: Settings,
        service: str,
        sessions: Sessions,
        tenant_of: TenantOf,
        place: TenantIn,
    ) -> None:
        self.app = app
        self._settings = settings
        self._service = service
        self._sessions = sessions
        self._tenant_of = tenant_of
        self._place = place
        self.shelf = Shelf()
        self._told = {
            True: list(of_pages(secure=settings.secure).items()),
            False: list(of_data(secure=settings.secure).items()),
        }

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Live with the application, and follow changes for as long as it lives."""
        async with self.app.lifespan():
            following = asyncio.create_task(follow_changes(self._settings, self._service, self.shelf))
            yield
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] in ("GET", "HEAD"):
            copy = self.shelf.get(scope["path"]) or await self._fetch(scope["path"])
            if copy is not None:
                told = self._told[copy.content_type.startswith(b"text/html")]
                await _answer(copy, told, cast("Any", scope), send)
                return
            if scope["method"] == "HEAD":
                await self.app(cast("Scope", {**scope, "method": "GET"}), receive, _without_body(send))
                return
        await self.app(scope, receive, send)

    async def _fetch(self, path: str) -> Copy | None:
        slug = self._place(path) if is_text(path) else None
        tenant_id = await self._tenant_of(slug) if slug else None
        if tenant_id is None:
            return None
        read_at = self.shelf.changes
        async with unit_of_work(self._sessions, tenant_id) as session:
            found = await session.scalar(select(PublishedDocument).filter_by(path=path))
        if found is None:
            return None
        copy = Copy(
            content_type=found.content_type.encode(),
            cache_control=found.cache_control.encode(),
            etag=found.etag.encode(),
            bodies={b"": found.identity, b"br": found.br, b"gzip": found.gzip},
        )
        self.shelf.put(path, copy, read_at=read_at)
        return copy


async def _answer(copy: Copy, told: list[tuple[bytes, bytes]], scope: dict[str, Any], send: Send) -> None:
    asked = dict(scope["headers"])
    headers = [
        (b"etag", copy.etag),
        (b"cache-control", copy.cache_control),
        (b"vary", b"accept-encoding"),
        (b"access-control-allow-origin", b"*"),
        *told,
    ]
    if _has_it(asked.get(b"if-none-match", b""), copy.etag):
        await send(cast("Message", {"type": "http.response.start", "status": 304, "headers": headers}))
        await send(cast("Message", {"type": "http.response.body", "body": b"", "more_body": False}))
        return
    coding = _coding(asked.get(b"accept-encoding", b""))
    body = copy.bodies[coding]
    headers += [(b"content-type", copy.content_type), (b"content-length", str(len(body)).encode())]
    if coding:
        headers.append((b"content-encoding", coding))
    await send(cast("Message", {"type": "http.response.start", "status": 200, "headers": headers}))
    await send(
        cast(
            "Message",
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False},
        )
    )


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = cast("Message", {**message, "body": b""})
        await send(message)

    return send_head


def _has_it(if_none_match: bytes, etag: bytes) -> bool:
    return any(tag.strip().removeprefix(b"W/") in (etag, b"*") for tag in if_none_match.split(b","))


def _coding(accept_encoding: bytes) -> bytes:
    """Return the best coding that the reader takes (RFC 9110, 12.5.3): br, gzip, or as it is."""
    taken = {
        part.split(b";")[0].strip() for part in accept_encoding.split(b",") if b"q=0" not in part.replace(b" ", b"")
    }
    taken |= {part.split(b";")[0].strip() for part in accept_encoding.split(b",") if b"q=0." in part.replace(b" ", b"")}
    return next((coding for coding in (b"br", b"gzip") if coding in taken), b"")
