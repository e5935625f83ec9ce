"""HTTP face of consents: for people alone; no token of a program answers in their name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from services.identity.consents.commands import Decide, Decided, decide, end_consent
from services.identity.consents.queries import ConsentView, list_consents, read_consent
from services.identity.tokens.commands import Issuer

_SECRET = CacheControlHeader(no_store=True)


class ConsentController(Controller):
    path = "/consents"
    tags = ("consents",)

    @get(operation_id="list_consents", opt={"action": "consents.read"})
    async def list_own(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Page[ConsentView]]:
        """List the applications that one lets act in one's name."""
        rows = await list_consents(session, principal, now, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda consent: consent.id)

    @get("/{consent_id:uuid}", operation_id="read_consent", opt={"action": "consents.read"}, cache_control=_SECRET)
    async def read(
        self,
        consent_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> ConsentView:
        return await read_consent(session, principal, consent_id)

    @post(
        "/{consent_id:uuid}/decision",
        operation_id="decide_consent",
        status_code=200,
        opt={"action": "consents.decide"},
        cache_control=_SECRET,
    )
    async def decide(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        consent_id: FromPath[UUID],
        data: JSONBody[Decide],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        issuer: NamedDependency[Issuer],
    ) -> Decided:
        """Answer an application. The address in the answer holds a code: no Idempotency-Key brings it back."""
        return await decide(session, principal, consent_id, data, issuer.name, now)

    @delete("/{consent_id:uuid}", operation_id="end_consent", opt={"action": "consents.decide"})
    async def end(
        self,
        consent_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> None:
        """Let the application act in one's name no more: its refresh tokens are good no longer."""
        await end_consent(session, principal, consent_id, now)
