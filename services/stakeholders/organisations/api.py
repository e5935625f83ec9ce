"""HTTP face of organisations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.fields import Line
from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.stakeholders.organisations.commands import (
    ChangeOrganisation,
    CreateOrganisation,
    change_organisation,
    create_organisation,
)
from services.stakeholders.organisations.domain import Kind
from services.stakeholders.organisations.queries import (
    OrganisationFilters,
    OrganisationView,
    list_organisations,
    read_organisation,
)


class OrganisationController(Controller):
    path = "/api/v1/{tenant:str}/organisations"
    tags = ("organisations",)

    @get(opt={"action": "organisations.read"}, operation_id="list_organisations")
    async def list(  # noqa: PLR0913, PLR0917 (one per filter)
        self,
        request: Request[Principal, Any, Any],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        slug: FromQuery[list[str] | None] = None,
        kind: FromQuery[list[Kind] | None] = None,
        sector: FromQuery[list[str] | None] = None,
        region: FromQuery[list[str] | None] = None,
        parent_id: FromQuery[list[UUID] | None] = None,
        name: FromQuery[Line | None] = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[OrganisationView]]:
        filters = OrganisationFilters(
            slug=slug, kind=kind, sector=sector, region=region, parent_id=parent_id, name=name
        )
        rows = await list_organisations(session, principal, filters, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda row: row.id)

    @post(opt={"action": "organisations.change"}, operation_id="create_organisation")
    async def create(
        self,
        data: JSONBody[CreateOrganisation],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> OrganisationView:
        async def act() -> OrganisationView:
            organisation = await create_organisation(session, principal, data, now)
            return await read_organisation(session, principal, organisation.id)

        return await once(act)

    @get("/{organisation_id:uuid}", opt={"action": "organisations.read"}, operation_id="read_organisation")
    async def read(
        self,
        request: Request[Principal, Any, Any],
        organisation_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[OrganisationView | None]:
        organisation = await read_organisation(session, principal, organisation_id)
        return versioned(request, organisation, organisation.version)

    @patch("/{organisation_id:uuid}", opt={"action": "organisations.change"}, operation_id="change_organisation")
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Principal, Any, Any],
        organisation_id: FromPath[UUID],
        data: JSONBody[ChangeOrganisation],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        if_match: NamedDependency[IfMatch],
    ) -> Response[OrganisationView | None]:
        await change_organisation(session, principal, organisation_id, data, if_match, now)
        organisation = await read_organisation(session, principal, organisation_id)
        return versioned(request, organisation, organisation.version)
