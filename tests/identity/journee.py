"""A tenant of its own for each test, made and peopled by identity's own commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Litestar
from msgspec import Struct, convert, field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.contracts.events import LetterRequested, OrganisationChanged
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.journal.models import JournalEntry
from libs.messaging.envelopes import Envelope
from libs.messaging.models import OutboxMessage
from libs.resources import open_resources
from libs.sealing import unseal
from services.identity.app import create
from services.identity.links.commands import add_link
from services.identity.links.models import SignInLink
from services.identity.memberships.commands import InviteRepresentative, appoint
from services.identity.memberships.domain import Role
from services.identity.memberships.models import Membership
from services.identity.organisations.subscribers import remember_organisations
from services.identity.tenants.commands import Administrator, CreateTenant, create_tenant

ADA = "ada@example.org"
_NO_ENVELOPE: Envelope = None  # type: ignore[assignment] # the projection of organisations does not look at it


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Litestar]:
    """Compose identity's HTTP application; it checks tokens by its own keys."""
    resources = open_resources(settings)
    app = create(resources)
    resources.peers.mount(app)
    yield app
    await resources.peers.close()
    for leave in app.on_shutdown:  # httpx2's transport knows of no lifespan
        await leave(app)  # type: ignore[call-arg] # of create_app's own form


class Journee(Struct, kw_only=True):
    """A day, and what a test wants to do and see in it."""

    sessions: Sessions
    settings: Settings
    id: UUID = field(default_factory=uuid7)
    federation: UUID = field(default_factory=uuid7)
    ministry: UUID = field(default_factory=uuid7)
    first_link: str = ""

    @property
    def slug(self) -> str:
        return f"day-{self.id}"

    @property
    def api(self) -> str:
        return f"/api/v1/{self.slug}"

    @property
    def operator(self) -> Principal:
        return Principal(tenant_id=self.id, tenant=self.slug, role="operator")

    @property
    def public(self) -> Principal:
        return Principal(tenant_id=self.id, tenant=self.slug, role="public")

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        async with unit_of_work(self.sessions, self.id) as session:
            yield session

    async def begin(self) -> None:
        """Create the tenant, and let it know a federation and a ministry."""
        command = CreateTenant(
            slug=self.slug,
            name={"fr": "Journée d'essai"},
            country="MA",
            timezone="Africa/Casablanca",
            languages=["fr", "ar", "en"],
            administrator=Administrator(email="root@example.org", name="Root", language="fr"),
        )
        async with self.work() as session:
            address = await create_tenant(session, self.operator, command, now(), self.settings)
            self.first_link = address.rpartition("/")[2]
            for organisation, name in ((self.federation, "Fédération"), (self.ministry, "Ministère")):
                organisation_told = OrganisationChanged(
                    tenant_id=self.id, id=organisation, version=1, slug="x", kind="x", acronym="X", name={"fr": name}
                )
                await remember_organisations(session, [(organisation_told, _NO_ENVELOPE)])

    async def appoint(
        self,
        role: Role = "representative",
        email: str = ADA,
        *,
        organisation_id: UUID | None = None,
        valid_until: date | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """Give somebody a mandate (of the federation, unless said otherwise); return the membership."""
        command = InviteRepresentative(
            email=email,
            name="Ada Lovelace",
            organisation_id=organisation_id or self.federation,
            role=role,
            language="fr",
            valid_until=valid_until,
        )
        async with self.work() as session:
            return await appoint(session, self.operator, command, at or now())

    async def mailed_link(self, membership_id: UUID, *, at: datetime | None = None) -> str:
        """Return a link as it stands in a letter to a membership's holder."""
        async with self.work() as session:
            membership = (await session.scalars(select(Membership).filter_by(id=membership_id))).one()
            link = add_link(session, membership, "mailed", at or now())
            await session.flush()
            return link

    async def letters(self) -> list[LetterRequested]:
        async with self.work() as session:
            told = select(OutboxMessage.body).filter_by(type="letters.letter-requested").order_by(OutboxMessage.id)
            return [convert(body, LetterRequested) for body in await session.scalars(told)]

    async def told(self, kind: str) -> list[dict[str, Any]]:
        async with self.work() as session:
            told = select(OutboxMessage.body).filter_by(type=kind).order_by(OutboxMessage.id)
            return list(await session.scalars(told))

    async def journal(self, action: str) -> list[JournalEntry]:
        async with self.work() as session:
            return list(await session.scalars(select(JournalEntry).filter_by(action=action).order_by(JournalEntry.at)))

    async def links(self) -> list[SignInLink]:
        async with self.work() as session:
            return list(await session.scalars(select(SignInLink).order_by(SignInLink.id)))

    def link_in(self, letter: LetterRequested) -> str:
        """Open a letter as outreach does; return the link at the end of its address."""
        return unseal(self.settings.key, "letter", letter.sealed_link).rpartition("/")[2]


def now() -> datetime:
    return datetime.now(UTC)


def ago(**span: float) -> datetime:
    return now() - timedelta(**span)
