"""A recurring day for a test: its tenant as the services know it, and the people who act in it."""

from uuid import UUID

from msgspec import Struct, field
from uuid_utils.compat import uuid7

from libs.contracts.events import TenantChanged
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.messaging.envelopes import Envelope
from libs.tenants.subscribers import remember_tenant


class Day(Struct, frozen=True, kw_only=True):
    """A tenant of its own for each test, so that nothing needs cleaning up."""

    id: UUID = field(default_factory=uuid7)
    ministry: UUID = field(default_factory=uuid7)
    confederation: UUID = field(default_factory=uuid7)
    federation: UUID = field(default_factory=uuid7)

    @property
    def slug(self) -> str:
        return f"day-{self.id}"

    def who(self, role: str, organisation_id: UUID | None = None) -> Principal:
        return Principal(
            tenant_id=self.id, tenant=self.slug, role=role, organisation_id=organisation_id, account_id=uuid7()
        )

    @property
    def of_ministry(self) -> Principal:
        return self.who("co_organiser", self.ministry)

    @property
    def of_confederation(self) -> Principal:
        return self.who("co_organiser", self.confederation)

    @property
    def of_federation(self) -> Principal:
        return self.who("representative", self.federation)

    async def make_known(self, sessions: Sessions, *, protected: tuple[str, ...] = ()) -> None:
        """Let a service know of this tenant."""
        event = TenantChanged(
            tenant_id=self.id,
            id=self.id,
            version=1,
            slug=self.slug,
            name={"fr": "Journée d'essai"},
            country="MA",
            timezone="Africa/Casablanca",
            languages=("fr", "ar", "en"),
            patronage={},
            co_organisers=(self.ministry, self.confederation),
            protected=protected,
        )
        async with unit_of_work(sessions, self.id) as session:
            await remember_tenant(session, event, _NO_ENVELOPE)


_NO_ENVELOPE: Envelope = None  # type: ignore[assignment] # the projection of tenants does not look at it
