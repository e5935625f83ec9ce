"""HTTP face of departures: what the page shows that asks whether to sign out."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from libs.config import Settings
from libs.identity import Principal
from services.identity.departures.domain import read_ticket

_SECRET = CacheControlHeader(no_store=True)


class AskedToLeave(Struct, frozen=True, forbid_unknown_fields=True):
    ticket: Annotated[str, Meta(max_length=4000)]


class DepartureView(Struct, frozen=True):
    """Which application asks, and where it wants the person led afterwards; nowhere, if that is empty."""

    client_id: UUID
    name: str
    leads_to: str


class DepartureController(Controller):
    path = "/departures"
    tags = ("sign-in",)

    @post(operation_id="read_departure", status_code=200, opt={"action": "sign_in"}, cache_control=_SECRET)
    async def read(
        self,
        data: JSONBody[AskedToLeave],
        principal: NamedDependency[Principal],
        settings: NamedDependency[Settings],
    ) -> DepartureView:
        found = read_ticket(settings.key, principal.tenant_id, data.ticket)
        return DepartureView(found.client_id, found.name, found.leads_to)
