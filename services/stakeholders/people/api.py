"""HTTP face of people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.conditional import IfMatch, versioned
from services.stakeholders.people.commands import ChangePerson, change_person
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

    @patch("/{person_id:uuid}", operation_id="change_person", opt={"action": "people.change"})
    async def change(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        data: JSONBody[ChangePerson],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        if_match: NamedDependency[IfMatch],
        now: NamedDependency[datetime],
    ) -> Response[PersonView | None]:
        """Correct a person's name, address, title, employer or language. What is released stays as it is."""
        await change_person(session, principal, person_id, data, if_match, now)
        person = await read_person(session, principal, person_id)
        return versioned(request, person, person.version)
