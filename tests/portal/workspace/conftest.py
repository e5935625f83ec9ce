"""The portal over the real services, all in this process, and a day with an open call to visit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from litestar import Request, Response
from litestar.types import Receive, Scope, Send
from msgspec import Struct, json
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.db.projections import keep_newest
from libs.db.tenancy import Sessions, unit_of_work
from libs.errors import DomainError
from libs.identity import Principal
from libs.messaging.envelopes import Envelope
from libs.permissions import PUBLIC
from libs.resources import Application, Resources
from libs.web.conditional import IfMatch
from libs.web.paths import service_of
from libs.web.peers import Peers
from libs.web.problems import problem_of
from services.editions.editions.commands import RecordEdition, edition_changed, record_edition
from services.editions.panels.commands import RecordPanel, panel_changed, record_panel
from services.editions.panels.models import PanelSeat
from services.identity.organisations.models import KnownOrganisation
from services.identity.tenants.commands import Administrator, CreateTenant, create_tenant
from services.identity.tokens.invitations import speaker_by
from services.portal.app import create
from services.portal.sign_ins.commands import begin
from services.scheduling.known import subscribers as programme
from services.stakeholders.calls.commands import ChangeCall, CreateCall, change_call, create_call
from services.stakeholders.known.subscribers import remember_edition, remember_panels
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.quotas.commands import SetQuota, set_quota
from tests.days import Day
from tests.issuing import ISSUER, Issuer
from tests.portal.workspace.visitor import Visitor

NO_ENVELOPE: Envelope = None  # type: ignore[assignment] # projections do not look at it
ENVELOPE = Envelope(
    id=uuid7(), type="", tenant_id=uuid7(), body={}, actor="system", correlation_id="", occurred_at=datetime.now(UTC)
)
ANY_VERSION = IfMatch("*")
KNOWING = ("editions", "stakeholders", "scheduling", "outreach", "portal")  # the services that are told of the day
PROTECTED = ("theme", "release")

SignIn = Callable[..., Awaitable[Visitor]]


class Called(Struct, frozen=True, kw_only=True):
    """A day whose call is open: the federation may nominate two, the ministry one."""

    day: Day
    edition_id: UUID
    starts_on: date
    panels: tuple[UUID, UUID]
    call_id: UUID


@pytest.fixture(scope="session")
async def portal(
    settings: Settings, issuer: Issuer, app_of: Callable[[str], Application]
) -> AsyncIterator[Application]:
    """Yield the portal, which asks the services in this process."""
    peers = Peers(ISSUER)
    app = create(Resources(settings, peers, issuer.verifier()))

    async def exchange(scope: Scope, receive: Receive, send: Send) -> None:
        """Play identity, whose keys are not the issuer's of this run: a speaker's link for a token."""
        asked = json.decode((await receive())["body"])  # type: ignore[typeddict-item]
        slug = scope["path"].split("/")[3]
        public = Principal(tenant_id=UUID(slug.removeprefix("day-")), tenant=slug, role=PUBLIC)
        try:
            speaker = speaker_by(asked["link"], public, settings.key)
        except DomainError as error:
            await Response(problem_of(error), status_code=401).to_asgi_response(None, Request(scope))(
                scope, receive, send
            )
            return
        told = {
            "access_token": issuer.token(speaker.principal),
            "expires_in": 600,
            "invitation_id": speaker.invitation_id,
        }
        await Response(told).to_asgi_response(None, Request(scope))(scope, receive, send)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/invitation-tokens"):
            await exchange(scope, receive, send)
            return
        await app_of(service_of(scope["path"]) or "")(scope, receive, send)

    peers.mount(dispatch)
    alive, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            alive.set()
            await stop.wait()

    life = asyncio.create_task(live())
    await alive.wait()
    yield app
    stop.set()
    await life
    await peers.close()


@pytest.fixture
async def sign_in(
    portal: Application, settings: Settings, issuer: Issuer, sessions_of: Callable[[str], Sessions]
) -> AsyncIterator[SignIn]:
    """Yield what signs somebody in and returns their browser, in English unless another language is said."""
    clients: list[httpx2.AsyncClient] = []

    async def sign_in(principal: Principal, language: str = "en") -> Visitor:
        membership = {
            "id": str(uuid7()),
            "role": principal.role,
            "organisation_id": str(principal.organisation_id) if principal.organisation_id else None,
            "organisation": {"fr": "Fédération"} if principal.organisation_id else None,
        }
        told = {
            "id": str(uuid7()),
            "secret": "s" * 43,
            "account": {"id": str(principal.account_id), "name": "Nadia", "email": "n@fed.test", "language": language},
            "memberships": [membership],
            "membership_id": membership["id"],
            "access_token": issuer.token(principal),
            "expires_in": 600,
        }
        async with unit_of_work(sessions_of("portal"), principal.tenant_id) as session:
            key = await begin(session, principal.tenant_id, told, datetime.now(UTC), settings.key)
        transport: Any = httpx2.ASGITransport(portal, raise_app_exceptions=False)  # type: ignore[arg-type]
        cookies = {f"moussem-{principal.tenant}": key}
        clients.append(httpx2.AsyncClient(transport=transport, base_url=ISSUER, cookies=cookies))
        return Visitor(clients[-1], f"/{language}/{principal.tenant}/workspace")

    yield sign_in
    for each in clients:
        await each.aclose()


@pytest.fixture
async def day(settings: Settings, sessions_of: Callable[[str], Sessions]) -> Day:
    """A day that the services know, with its organisations."""
    day = Day()
    for service in KNOWING:
        await day.make_known(sessions_of(service), protected=PROTECTED)
    await found(day, settings, sessions_of("identity"))
    async with unit_of_work(sessions_of("stakeholders"), day.id) as session:
        for slug, kind, organisation_id in (
            ("ministry", "ministry", day.ministry),
            ("confederation", "confederation", day.confederation),
            ("federation", "federation", day.federation),
        ):
            session.add(
                Organisation(
                    tenant_id=day.id,
                    id=organisation_id,
                    slug=slug,
                    kind=kind,
                    acronym=slug[:3].upper(),
                    name={"fr": slug.title()},
                    name_folded=slug,
                    sector="",
                    region="",
                )
            )
    return day


async def found(day: Day, settings: Settings, sessions: Sessions) -> None:
    """Make the tenant, and let identity know its organisations."""
    founder, now = day.who("administrator"), datetime.now(UTC)
    command = CreateTenant(
        slug=day.slug,
        name={"fr": "Journée d'essai"},
        country="MA",
        timezone="Africa/Casablanca",
        languages=["fr", "ar", "en"],
        administrator=Administrator("admin@day.test", "Admin", "fr"),
    )
    async with unit_of_work(sessions, day.id) as session:
        await create_tenant(session, founder, command, now, settings)
        for organisation_id in (day.ministry, day.confederation, day.federation):
            name = {"fr": "Une organisation"}
            key = {"tenant_id": day.id, "id": organisation_id, "version": 1, "name": name}
            await keep_newest(session, KnownOrganisation, key)


@pytest.fixture
async def called(day: Day, sessions_of: Callable[[str], Sessions]) -> Called:
    now = datetime.now(UTC).replace(microsecond=0)
    first = (now + timedelta(days=60)).date()
    recorded = RecordEdition(
        slug="2027",
        ordinal=4,
        starts_on=first,
        ends_on=first + timedelta(days=1),
        city={"fr": "Fès"},
        region="fes-meknes",
        theme={"fr": "Le thème"},
    )
    async with unit_of_work(sessions_of("editions"), day.id) as session:
        edition = await record_edition(session, day.of_ministry, recorded, now)
        panels = [
            await record_panel(
                session,
                day.of_ministry,
                edition.id,
                RecordPanel(
                    slug=f"panel-{ordinal}",
                    ordinal=ordinal,
                    title={"fr": f"Le panel {ordinal}"},
                    seats={"moderator": 1, "speaker": 2},
                ),
                now,
            )
            for ordinal in (1, 2)
        ]
        seats = list(await session.scalars(select(PanelSeat)))
        facts = [panel_changed(panel, [seat for seat in seats if seat.panel_id == panel.id]) for panel in panels]
        held = edition_changed(edition)
    async with unit_of_work(sessions_of("scheduling"), day.id) as session:
        await programme.remember_edition(session, held, NO_ENVELOPE)
        for fact in facts:
            await programme.remember_panels(session, [(fact, ENVELOPE)])
    async with unit_of_work(sessions_of("stakeholders"), day.id) as session:
        await remember_edition(session, held, NO_ENVELOPE)
        for fact in facts:
            await remember_panels(session, [(fact, NO_ENVELOPE)])
        dates = [(now + timedelta(days=days)).replace(tzinfo=None) for days in (-3, 20)]
        command = CreateCall(edition_id=edition.id, opens_at=dates[0], closes_at=dates[1])
        call = await create_call(session, day.of_ministry, command, now)
        await change_call(session, day.of_ministry, call.id, ChangeCall(state="open"), ANY_VERSION, now)
        for organisation_id, limit in ((day.federation, 2), (day.ministry, 1)):
            await set_quota(session, day.of_ministry, call.id, organisation_id, SetQuota(limit=limit), ANY_VERSION, now)
        call_id = call.id
    return Called(day=day, edition_id=edition.id, starts_on=first, panels=(panels[0].id, panels[1].id), call_id=call_id)
