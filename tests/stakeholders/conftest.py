"""An open call of a day: an edition with two panels, three organisations with their quotas."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from msgspec import Struct, convert
from uuid_utils.compat import uuid7

from libs.contracts.events import EditionChanged, PanelChanged, Seat
from libs.contracts.programme import SeatRole
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.messaging.envelopes import Envelope
from libs.web.conditional import IfMatch
from services.stakeholders.calls.commands import ChangeCall, CreateCall, change_call, create_call
from services.stakeholders.known.subscribers import remember_edition, remember_panels
from services.stakeholders.nominations.commands.submit import SubmitNomination, submit_nomination
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.quotas.commands import PanelLimit, SetQuota, set_quota
from tests.days import Day
from tests.stakeholders.asking import Client

NO_ENVELOPE: Envelope = None  # type: ignore[assignment] # projections do not look at it
ANY_VERSION = IfMatch("*")
TODAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)  # so that requests find the call open
STARTS_ON = (TODAY + timedelta(days=60)).date()


class OpenCall(Struct, frozen=True, kw_only=True):
    """What tests need of a call that takes nominations."""

    day: Day
    sessions: Sessions
    edition_id: UUID
    call_id: UUID
    panels: tuple[PanelChanged, PanelChanged]

    def sample(self, name: str = "Salma Idrissi", **changed: Any) -> dict[str, Any]:
        """Return a nomination as it is sent; the address follows from the name."""
        email = f"{name.lower().replace(' ', '.')}@fed.test"
        given = {"panel_id": str(self.panels[0].id), "seat_role": "speaker", "full_name": name, "email": email}
        return given | changed

    async def submit(self, principal: Principal, name: str = "Salma Idrissi", **changed: Any) -> Nomination:
        command = convert(self.sample(name, **changed), SubmitNomination)
        async with unit_of_work(self.sessions, self.day.id) as session:
            return await submit_nomination(session, principal, self.call_id, command, TODAY)

    async def give_quota(self, organisation_id: UUID, limit: int, **panels: int) -> None:
        """Give a quota; `first=1` limits the first panel, `second=…` the second."""
        limits = [
            PanelLimit(self.panels[place].id, panels[key])
            for place, key in enumerate(("first", "second"))
            if key in panels
        ]
        command = SetQuota(limit=limit, panels=tuple(limits))
        async with unit_of_work(self.sessions, self.day.id) as session:
            await set_quota(session, self.day.of_ministry, self.call_id, organisation_id, command, ANY_VERSION, TODAY)


def edition(day: Day, slug: str = "2026", starts_on: date = STARTS_ON) -> EditionChanged:
    return EditionChanged(
        tenant_id=day.id,
        id=uuid7(),
        version=1,
        slug=slug,
        ordinal=4,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        timezone="Africa/Casablanca",
        city={"fr": "Fès"},
        region="fes-meknes",
        theme={"fr": "Le thème"},
    )


def panel(day: Day, edition_id: UUID, ordinal: int) -> PanelChanged:
    roles: tuple[SeatRole, ...] = ("moderator", "speaker", "speaker")
    seats = tuple(Seat(id=uuid7(), role=role, ordinal=place) for place, role in enumerate(roles, start=1))
    return PanelChanged(
        tenant_id=day.id,
        id=uuid7(),
        version=1,
        edition_id=edition_id,
        slug=f"panel-{ordinal}",
        ordinal=ordinal,
        title={"fr": f"Panel {ordinal}"},
        seats=seats,
    )


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("stakeholders")


@pytest.fixture
async def day(sessions: Sessions) -> Day:
    """A day that has its organisations."""
    day = Day()
    await day.make_known(sessions)
    await found_organisations(sessions, day)
    return day


async def found_organisations(sessions: Sessions, day: Day) -> None:
    async with unit_of_work(sessions, day.id) as session:
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


@pytest.fixture
async def call(sessions: Sessions, day: Day) -> OpenCall:
    """A call that is open: two nominations for the federation, two for the ministry, none asked of the other."""
    made = await open_call(sessions, day)
    await made.give_quota(day.federation, 2)
    await made.give_quota(day.ministry, 2)
    return made


async def open_call(sessions: Sessions, day: Day, slug: str = "2026") -> OpenCall:
    told = edition(day, slug)
    panels = (panel(day, told.id, 1), panel(day, told.id, 2))
    command = CreateCall(
        edition_id=told.id,
        opens_at=(TODAY - timedelta(days=3)).replace(tzinfo=None),
        closes_at=(TODAY + timedelta(days=30)).replace(tzinfo=None),
    )
    async with unit_of_work(sessions, day.id) as session:
        await remember_edition(session, told, NO_ENVELOPE)
        for each in panels:
            await remember_panels(session, [(each, NO_ENVELOPE)])
        drafted = await create_call(session, day.of_ministry, command, TODAY)
        await change_call(session, day.of_ministry, drafted.id, ChangeCall(state="open"), ANY_VERSION, TODAY)
    return OpenCall(day=day, sessions=sessions, edition_id=told.id, call_id=drafted.id, panels=panels)


@pytest.fixture
def ministry(client_of: Client, day: Day) -> httpx2.AsyncClient:
    return client_of("stakeholders", day.of_ministry)


@pytest.fixture
def organisations(day: Day) -> str:
    return f"/api/v1/{day.slug}/organisations"


@pytest.fixture
def calls(day: Day) -> str:
    return f"/api/v1/{day.slug}/calls"
