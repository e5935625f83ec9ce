"""HTTP face of people."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import versioned
from services.stakeholders.people.queries import PersonView, read_person


class PersonController(Controller):
    path = "/api/v1/{tenant:str}/people"
    tags = ("people",)

    @get("/{person_id:uuid}", operation_id="read_person", opt={"action": "people.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[PersonView | None]:
        person = await read_person(session, principal, person_id)
        return versioned(request, person, person.version)
