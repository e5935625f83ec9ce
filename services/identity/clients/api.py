"""HTTP face of API clients. A secret is told once: no Idempotency-Key brings it back, only the answer without it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.identity.clients.commands import (
    ChangeClient,
    CreateClient,
    NewClient,
    NewSecret,
    add_secret,
    change_client,
    create_client,
    drop_secret,
    end_client,
)
from services.identity.clients.queries import ClientView, list_clients, read_client

_SECRET = CacheControlHeader(no_store=True)


class MadeClient(Struct, frozen=True):
    """`client_secret` is told now and never again; null for a client with keys, and in an answer that is repeated."""

    client_id: UUID
    client_secret: str | None = None


class MadeSecret(Struct, frozen=True):
    """`client_secret` is told now and never again; null in an answer that is repeated."""

    id: UUID
    client_secret: str | None = None


class ClientController(Controller):
    path = "/clients"
    tags = ("clients",)

    @get(operation_id="list_clients", opt={"action": "clients.read"})
    async def list_all(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Page[ClientView]]:
        """List the programs that may use the API; a technical contact sees those of its organisation."""
        rows = await list_clients(session, principal, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda client: client.id)

    @post(operation_id="create_client", opt={"action": "clients.change"}, cache_control=_SECRET)
    async def create(
        self,
        data: JSONBody[CreateClient],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> MadeClient:
        """Make a client; its secret is in this answer and nowhere else."""
        told: list[NewClient] = []

        async def act() -> MadeClient:
            told.append(await create_client(session, principal, data, now))
            return MadeClient(told[0].client_id)

        made = await once(act)
        return MadeClient(made.client_id, told[0].client_secret or None)

    @get("/{client_id:uuid}", operation_id="read_client", opt={"action": "clients.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        client_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[ClientView | None]:
        found = await read_client(session, principal, client_id)
        return versioned(request, found, found.version)

    @patch("/{client_id:uuid}", operation_id="change_client", opt={"action": "clients.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        client_id: FromPath[UUID],
        data: JSONBody[ChangeClient],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        if_match: NamedDependency[IfMatch],
    ) -> Response[ClientView | None]:
        await change_client(session, principal, client_id, data, if_match, now)
        found = await read_client(session, principal, client_id)
        return versioned(request, found, found.version)

    @delete("/{client_id:uuid}", operation_id="end_client", opt={"action": "clients.change"})
    async def end(
        self,
        client_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        if_match: NamedDependency[IfMatch],
    ) -> None:
        """Let it in no more; it stays in the list, with when it ended."""
        await end_client(session, principal, client_id, if_match, now)

    @post(
        "/{client_id:uuid}/secrets",
        operation_id="add_client_secret",
        opt={"action": "clients.change"},
        cache_control=_SECRET,
    )
    async def renew(
        self,
        client_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> MadeSecret:
        """Make its next secret; both are good until one is dropped."""
        told: list[NewSecret] = []

        async def act() -> MadeSecret:
            told.append(await add_secret(session, principal, client_id, now))
            return MadeSecret(told[0].id)

        made = await once(act)
        return MadeSecret(made.id, told[0].client_secret)

    @delete(
        "/{client_id:uuid}/secrets/{secret_id:uuid}",
        operation_id="drop_client_secret",
        opt={"action": "clients.change"},
    )
    async def drop(
        self,
        client_id: FromPath[UUID],
        secret_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> None:
        """Let a secret be good no more; the last one of a client without keys stays."""
        await drop_secret(session, principal, client_id, secret_id, now)
