"""HTTP face of an organisation's single sign-on: its providers, and whether they are compulsory."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from services.identity.openid import OpenId
from services.identity.providers.commands import (
    ChangeProvider,
    Demand,
    RegisterProvider,
    change_provider,
    demand,
    register_provider,
)
from services.identity.providers.domain import admit_change
from services.identity.providers.queries import (
    ProviderView,
    SingleSignOnView,
    read_provider,
    read_single_sign_on,
)


class ProviderController(Controller):
    path = "/providers"
    tags = ("single sign-on",)

    @post(operation_id="register_provider", opt={"action": "providers.change"})
    async def register(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[RegisterProvider],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        openid: NamedDependency[OpenId],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> ProviderView:
        """Register a provider that tells of itself at its issuer's address; it signs nobody in until it is on."""
        admit_change(principal, data.organisation_id)
        told = await openid.metadata(data.issuer, anew=True)
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            made = await register_provider(session, principal, data, told, now, settings.key)
            return await read_provider(session, principal, made.id, settings)

    @get("/{provider_id:uuid}", operation_id="read_provider", opt={"action": "providers.read"})
    async def read(
        self,
        request: Request[Principal, Any, Any],
        provider_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        settings: NamedDependency[Settings],
    ) -> Response[ProviderView | None]:
        found = await read_provider(session, principal, provider_id, settings)
        return versioned(request, found, found.version)

    @patch("/{provider_id:uuid}", operation_id="change_provider", opt={"action": "providers.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        provider_id: FromPath[UUID],
        data: JSONBody[ChangeProvider],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        openid: NamedDependency[OpenId],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        if_match: NamedDependency[IfMatch],
    ) -> ProviderView:
        """Change a provider, or switch it on or off; on, only as it was tried."""
        async with unit_of_work(sessions, principal.tenant_id) as session:
            await read_provider(session, principal, provider_id, settings)
        told = None if data.issuer is UNSET else await openid.metadata(data.issuer, anew=True)
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            await change_provider(session, principal, provider_id, data, told, if_match, now, settings.key)
            return await read_provider(session, principal, provider_id, settings)


class SingleSignOnController(Controller):
    path = "/single-sign-on"
    tags = ("single sign-on",)

    @get("/{organisation_id:uuid}", operation_id="read_single_sign_on", opt={"action": "providers.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        organisation_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        settings: NamedDependency[Settings],
    ) -> Response[SingleSignOnView | None]:
        """Tell an organisation's providers, its mail domains, and whether it demands that they are used."""
        found = await read_single_sign_on(session, principal, organisation_id, settings)
        return versioned(request, found, found.version)

    @put("/{organisation_id:uuid}", operation_id="demand_single_sign_on", opt={"action": "providers.change"})
    async def demand(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        organisation_id: FromPath[UUID],
        data: JSONBody[Demand],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        if_match: NamedDependency[IfMatch],
    ) -> Response[SingleSignOnView | None]:
        """Make single sign-on compulsory for all of an organisation, or not any more."""
        await demand(session, principal, organisation_id, data, if_match, now)
        found = await read_single_sign_on(session, principal, organisation_id, settings)
        return versioned(request, found, found.version)
