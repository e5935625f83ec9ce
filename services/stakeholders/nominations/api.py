"""HTTP face of nominations: submitted under their call, read and decided by themselves."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import NominationState
from libs.contracts.programme import SeatRole
from libs.fields import Line
from libs.identity import Principal
from libs.web.conditional import versioned
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page_of_json
from libs.web.once import Once
from services.stakeholders.nominations.commands.decide import (
    SelectNomination,
    reject_nomination,
    select_nomination,
    shortlist_nomination,
    unselect_nomination,
    withdraw_nomination,
)
from services.stakeholders.nominations.commands.submit import SubmitNomination, submit_nomination
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.queries import (
    NominationFilters,
    NominationView,
    list_nominations,
    read_nomination,
)


class NominationReceipt(Struct, frozen=True):
    """What was done to which nomination; the whole of it is read at its own address."""

    id: UUID
    version: int
    state: NominationState


async def receipt(done: Awaitable[Nomination]) -> NominationReceipt:
    nomination = await done
    return NominationReceipt(nomination.id, nomination.version, nomination.state)


class CallNominationController(Controller):
    path = "/api/v1/{tenant:str}/calls/{call_id:uuid}/nominations"
    tags = ("nominations",)

    @get(operation_id="list_nominations", opt={"action": "nominations.read"})
    async def list(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        call_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        states: Annotated[list[NominationState] | None, QueryParameter(name="state")] = None,
        panel_id: FromQuery[list[UUID] | None] = None,
        organisation_id: FromQuery[list[UUID] | None] = None,
        person_id: FromQuery[list[UUID] | None] = None,
        seat_role: FromQuery[list[SeatRole] | None] = None,
        full_name: FromQuery[Line | None] = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[Page[NominationView]]:
        filters = NominationFilters(
            state=states,
            panel_id=panel_id,
            organisation_id=organisation_id,
            person_id=person_id,
            seat_role=seat_role,
            full_name=full_name,
        )
        rows = await list_nominations(session, principal, call_id, filters, after=decode(cursor), limit=limit + 1)
        return page_of_json(request, rows, limit)

    @post(operation_id="submit_nomination", opt={"action": "nominations.submit"})
    async def submit(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        call_id: FromPath[UUID],
        data: JSONBody[SubmitNomination],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> NominationReceipt:
        return await once(lambda: receipt(submit_nomination(session, principal, call_id, data, now)))


class NominationController(Controller):
    path = "/api/v1/{tenant:str}/nominations/{nomination_id:uuid}"
    tags = ("nominations",)

    @get(operation_id="read_nomination", opt={"action": "nominations.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        nomination_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[NominationView | None]:
        found = await read_nomination(session, principal, nomination_id)
        return versioned(request, found, found.version)

    @post(
        "/withdrawal",
        operation_id="withdraw_nomination",
        opt={"action": "nominations.submit"},
        status_code=HTTP_200_OK,
    )
    async def withdraw(
        self,
        nomination_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> NominationReceipt:
        return await once(lambda: receipt(withdraw_nomination(session, principal, nomination_id, now)))

    @post(
        "/shortlisting",
        operation_id="shortlist_nomination",
        opt={"action": "nominations.decide"},
        status_code=HTTP_200_OK,
    )
    async def shortlist(
        self,
        nomination_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> NominationReceipt:
        return await once(lambda: receipt(shortlist_nomination(session, principal, nomination_id, now)))

    @post(
        "/rejection",
        operation_id="reject_nomination",
        opt={"action": "nominations.decide"},
        status_code=HTTP_200_OK,
    )
    async def reject(
        self,
        nomination_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> NominationReceipt:
        return await once(lambda: receipt(reject_nomination(session, principal, nomination_id, now)))

    @post(
        "/selection",
        operation_id="select_nomination",
        opt={"action": "nominations.decide"},
        status_code=HTTP_200_OK,
    )
    async def select(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        nomination_id: FromPath[UUID],
        data: JSONBody[SelectNomination],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> NominationReceipt:
        return await once(lambda: receipt(select_nomination(session, principal, nomination_id, data, now)))

    @delete(
        "/selection",
        operation_id="unselect_nomination",
        opt={"action": "nominations.decide"},
        status_code=HTTP_200_OK,
    )
    async def unselect(
        self,
        nomination_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> NominationReceipt:
        return await receipt(unselect_nomination(session, principal, nomination_id, now))
