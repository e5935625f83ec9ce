"""Tables of nominations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert
from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.contracts.events import NominationChanged, NominationState, SpeakerChanged, Window
from libs.contracts.programme import SeatRole
from libs.db.tenancy import RowId, TenantId
from services.stakeholders.calls.models import Call
from services.stakeholders.db import Base
from services.stakeholders.nominations.transitions import SEATED, STANDING
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.models import Person


def _in_state(states: frozenset[NominationState]) -> str:
    return f"state IN ({', '.join(repr(state) for state in sorted(states))})"


class Nomination(Base):
    """An organisation puts a person forward for a seat; from its selection on it holds one.

    `availability` is when the speaker can be there, in the edition's wall time; empty: at any time.
    """

    __tablename__ = "nomination"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "call_id"), (Call.tenant_id, Call.id)),
        ForeignKeyConstraint(("tenant_id", "organisation_id"), (Organisation.tenant_id, Organisation.id)),
        ForeignKeyConstraint(("tenant_id", "person_id"), (Person.tenant_id, Person.id)),
        Index("nominations_of_call", "tenant_id", "call_id", "id"),
        Index("nominations_of_person", "tenant_id", "person_id"),
        Index("nominations_of_organisation", "tenant_id", "call_id", "organisation_id"),
        Index(
            "standing_once",
            *("tenant_id", "call_id", "organisation_id", "panel_id", "person_id"),
            unique=True,
            postgresql_where=text(_in_state(STANDING)),
        ),
        Index("seat_held_once", "tenant_id", "seat_id", unique=True, postgresql_where=text(_in_state(SEATED))),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    call_id: Mapped[UUID]
    edition_id: Mapped[UUID]
    panel_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    person_id: Mapped[UUID]
    seat_role: Mapped[SeatRole] = mapped_column(Text)
    seat_id: Mapped[UUID | None]
    state: Mapped[NominationState] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    availability: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)

    def fact(self) -> NominationChanged:
        """Return what other services are told of it, as it is now: ids and states, nothing personal."""
        return NominationChanged(
            tenant_id=self.tenant_id,
            id=self.id,
            version=self.version,
            call_id=self.call_id,
            edition_id=self.edition_id,
            panel_id=self.panel_id,
            organisation_id=self.organisation_id,
            person_id=self.person_id,
            seat_role=self.seat_role,
            state=self.state,
        )

    def speaker(self, person: Person) -> SpeakerChanged:
        """Return what other services are told of who speaks, as it is now."""
        return SpeakerChanged(
            tenant_id=self.tenant_id,
            id=self.id,
            version=self.version,
            person_id=person.id,
            edition_id=self.edition_id,
            panel_id=self.panel_id,
            seat_id=self.seat_id,
            seat_role=self.seat_role,
            name=person.full_name,
            title=person.title,
            organisation=person.organisation,
            availability=convert(self.availability, tuple[Window, ...]),
            confirmed=self.state == "confirmed",
        )
