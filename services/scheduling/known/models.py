"""What the other services last told; ids and versions are theirs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.contracts.programme import SeatRole
from libs.db.tenancy import RowId, TenantId
from services.scheduling.db import Base


class KnownEdition(Base):
    __tablename__ = "known_edition"
    __table_args__ = (Index("known_editions_by_slug", "tenant_id", "slug"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    timezone: Mapped[str] = mapped_column(Text)
    demonstration: Mapped[bool]


class KnownPanel(Base):
    __tablename__ = "known_panel"
    __table_args__ = (Index("known_panels_of_edition", "tenant_id", "edition_id", "ordinal"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int]
    edition_id: Mapped[UUID]
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    removed: Mapped[bool]


class KnownSpeaker(Base):
    """`id` is the nomination that holds, or held, a seat; `availability` lists windows of wall times."""

    __tablename__ = "known_speaker"
    __table_args__ = (Index("known_speakers_of_edition", "tenant_id", "edition_id"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int]
    person_id: Mapped[UUID]
    edition_id: Mapped[UUID]
    panel_id: Mapped[UUID]
    seat_role: Mapped[SeatRole] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    organisation: Mapped[dict[str, str]] = mapped_column(JSONB)
    availability: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    confirmed: Mapped[bool]


def matches(key: str | UUID) -> ColumnElement[bool]:
    """Return the condition that names one edition by its slug or its id."""
    try:
        return KnownEdition.id == (key if isinstance(key, UUID) else UUID(key))
    except ValueError:
        return KnownEdition.slug == key
