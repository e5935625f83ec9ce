"""HTTP face of sign-in links."""

from datetime import datetime

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.identity import Principal
from services.identity.links.commands import RequestSignInLink, request_sign_in_link
from services.identity.links.domain import MAILED_GOOD_FOR


class LinkPromise(Struct, frozen=True):
    """If the address may sign in, a link is on its way."""

    expires_in: int  # seconds that it is good for


class LinkController(Controller):
    path = "/sign-in-links"
    tags = ("sign-in",)

    @post(operation_id="request_sign_in_link", status_code=202, opt={"action": "sign_in"})
    async def request(
        self,
        data: JSONBody[RequestSignInLink],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> LinkPromise:
        """Send a link to an address that may sign in here. The answer is the same for one that may not."""
        await request_sign_in_link(session, principal, data, now, settings)
        return LinkPromise(expires_in=int(MAILED_GOOD_FOR.total_seconds()))
