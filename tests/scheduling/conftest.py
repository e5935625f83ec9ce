"""An edition as the other services tell it, worked on over HTTP: two days, two panels, speakers, rooms, sessions."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.contracts.events import EditionChanged, PanelChanged, SpeakerChanged, Window
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope
from libs.messaging.models import OutboxMessage
from services.scheduling.drafts.subscribers import run_solve
from services.scheduling.known.subscribers import remember_edition, remember_panels, remember_speakers
from tests.days import Day

Client = Callable[..., httpx2.AsyncClient]
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
ENVELOPE = Envelope(id=uuid7(), type="", tenant_id=uuid7(), body={}, actor="system", correlation_id="", occurred_at=NOW)


class Workshop(Struct, frozen=True, kw_only=True):
    """What a programme manager works on, and how."""

    day: Day
    sessions: Sessions
    client_of: Client
    edition: EditionChanged
    panels: tuple[PanelChanged, PanelChanged]

    @property
    def root(self) -> str:
        return f"/api/v1/{self.day.slug}"

    @property
    def manager(self) -> httpx2.AsyncClient:
        return self.client_of("scheduling", self.day.who("programme_manager", self.day.ministry))

    @property
    def public(self) -> httpx2.AsyncClient:
        return self.client_of("scheduling")

    async def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = await self.manager.post(f"{self.root}{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str) -> Any:
        answer = await self.manager.get(f"{self.root}{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def change(self, method: str, path: str, body: Any = None, version: str = "*") -> httpx2.Response:
        return await self.manager.request(
            method, f"{self.root}{path}", json=body, headers={"if-match": version, "accept-language": "en"}
        )

    async def room(self, slug: str = "hall", **changed: Any) -> Any:
        given = {"edition": "2026", "slug": slug, "name": {"fr": f"Salle {slug}"}, "capacity": 300}
        return await self.post("/rooms", given | changed)

    async def session(self, slug: str = "keynote", **changed: Any) -> Any:
        given = {"edition": "2026", "slug": slug, "kind": "keynote", "duration": 60, "title": {"fr": f"Séance {slug}"}}
        return await self.post("/sessions", given | changed)

    async def draft(self) -> Any:
        return await self.post("/drafts", {"edition": "2026"})

    async def place(self, draft: Any, session: Any, room: Any, starts_at: str) -> Any:
        path = f"/drafts/{draft['id']}/placements/{session['id']}"
        answer = await self.change("PUT", path, {"room_id": room["id"], "starts_at": starts_at})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def solve(self, draft: Any, seconds: int = 5) -> Any:
        """Ask for a solve and do what the worker does."""
        asked = await self.post(f"/drafts/{draft['id']}/solves", {"seconds": seconds}, 202)
        await run_solve(self.sessions, self.day.id, UUID(asked["id"]), lambda: NOW)
        return await self.get(f"/drafts/{draft['id']}/solves/{asked['id']}")

    async def propose(self, draft: Any, status: int = 201) -> Any:
        return await self.post(f"/drafts/{draft['id']}/approvals", None, status)

    async def sign(self, draft: Any, approval: Any, organisation: UUID, status: int = 201) -> Any:
        signer = self.client_of("scheduling", self.day.who("co_organiser", organisation))
        path = f"{self.root}/drafts/{draft['id']}/approvals/{approval['id']}/signatures"
        answer = await signer.post(path, json={"sha256": approval["sha256"]})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def release(self, draft: Any) -> None:
        """Let all who must sign a draft sign it."""
        approval = await self.propose(draft)
        for organisation in (self.day.ministry, self.day.confederation):
            await self.sign(draft, approval, organisation)

    async def tell(self, *events: EditionChanged | PanelChanged | SpeakerChanged) -> None:
        """Let this service hear what the others tell."""
        async with unit_of_work(self.sessions, self.day.id) as session:
            for event in events:
                match event:
                    case EditionChanged():
                        await remember_edition(session, event, ENVELOPE)
                    case PanelChanged():
                        await remember_panels(session, [(event, ENVELOPE)])
                    case SpeakerChanged():
                        await remember_speakers(session, [(event, ENVELOPE)])

    async def told(self, kind: str) -> list[Any]:
        async with unit_of_work(self.sessions, self.day.id) as session:
            facts = select(OutboxMessage.body).filter_by(type=kind).order_by(OutboxMessage.id)
            return list(await session.scalars(facts))

    def speaker(self, name: str = "Amina", *hours: tuple[str, str], **changed: Any) -> SpeakerChanged:
        """Return what stakeholders tell of a confirmed speaker of the first panel."""
        made = SpeakerChanged(
            tenant_id=self.day.id,
            id=uuid7(),
            version=1,
            person_id=uuid7(),
            edition_id=self.edition.id,
            panel_id=self.panels[0].id,
            seat_id=uuid7(),
            seat_role="speaker",
            name=name,
            title={"fr": "Ingénieure"},
            organisation={"fr": "Fédération"},
            availability=tuple(Window(*map(datetime.fromisoformat, each)) for each in hours),
            confirmed=True,
        )
        return replace(made, **changed)


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("scheduling")


@pytest.fixture
async def workshop(sessions: Sessions, client_of: Client) -> Workshop:
    day = Day()
    await day.make_known(sessions, protected=("release",))
    edition = EditionChanged(
        tenant_id=day.id,
        id=uuid7(),
        version=1,
        slug="2026",
        ordinal=4,
        starts_on=date(2026, 11, 3),
        ends_on=date(2026, 11, 4),
        timezone="Africa/Casablanca",
        city={"fr": "Fès"},
        region="fes-meknes",
        theme={"fr": "Le thème"},
    )
    panels = tuple(
        PanelChanged(
            tenant_id=day.id,
            id=uuid7(),
            version=1,
            edition_id=edition.id,
            slug=f"panel-{ordinal}",
            ordinal=ordinal,
            title={"fr": f"Panel {ordinal}", "ar": f"الجلسة {ordinal}"},
        )
        for ordinal in (1, 2)
    )
    first, second = panels
    workshop = Workshop(day=day, sessions=sessions, client_of=client_of, edition=edition, panels=(first, second))
    await workshop.tell(edition, *panels)
    return workshop
