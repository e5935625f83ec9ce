"""HTTP face of memberships."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.identity import Principal
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.identity.memberships.commands import InviteRepresentative, invite_representative
from services.identity.memberships.queries import MembershipView, list_memberships


class InvitedMembership(Struct, frozen=True):
    id: UUID


class MembershipController(Controller):
    path = "/memberships"
    tags = ("memberships",)

    @get(operation_id="list_memberships", opt={"action": "memberships.read"})
    async def list_all(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Page[MembershipView]]:
        """List who holds which mandate; those of an organisation see its own."""
        rows = await list_memberships(session, principal, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda membership: membership.id)

    @post(operation_id="invite_representative", opt={"action": "memberships.invite"})
    async def invite(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[InviteRepresentative],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        once: NamedDependency[Once],
    ) -> InvitedMembership:
        """Offer a mandate by a letter; the link in it leads to the mandate."""

        async def act() -> InvitedMembership:
            return InvitedMembership(await invite_representative(session, principal, data, now, settings))

        return await once(act)
