"""What a run measures: the sizes of a real day, and the ids of what was made.

60 sessions in 5 rooms on 2 days, 60 speakers, a call that 40 federations answer; and a large edition to be cloned: 200
sessions, 400 seats, 30 rooms.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from libs.identity import Principal
from services.editions.panels.commands import Seats
from services.identity.clients.commands import NewClient

SESSIONS, SPEAKERS, ROOMS, FEDERATIONS = 60, 60, 5, 40
LARGE_SESSIONS, LARGE_PANELS, LARGE_ROOMS = 200, 40, 30
LARGE_SEATS: Seats = {"moderator": 1, "speaker": 8, "rapporteur": 1}  # 400 in all
DAY, LARGE, OPEN = "shown", "large", "called"  # slugs of the editions
FIRST_DAY = datetime.now(UTC).date() + timedelta(days=200)


class Federation(Struct, frozen=True):
    """An organisation that nominates, and its machine."""

    id: UUID
    client: NewClient


class Ground(Struct, frozen=True, kw_only=True):
    tenant_id: UUID
    slug: str
    organisers: tuple[UUID, UUID]
    reader: NewClient  # a machine that reads all nominations
    federations: tuple[Federation, ...]
    shown_call: UUID  # with `SPEAKERS` nominations
    open_call: UUID  # with one panel, whose nominations are measured
    open_panel: UUID
    draft: UUID  # of the edition that is shown
    sessions: tuple[UUID, ...]
    rooms: tuple[UUID, ...]

    @property
    def administrator(self) -> Principal:
        return Principal(tenant_id=self.tenant_id, tenant=self.slug, role="administrator")

    def of(self, organisation_id: UUID, role: str = "representative") -> Principal:
        return Principal(tenant_id=self.tenant_id, tenant=self.slug, role=role, organisation_id=organisation_id)

    @property
    def signatories(self) -> tuple[Principal, ...]:
        return tuple(self.of(each, "co_organiser") for each in self.organisers)
