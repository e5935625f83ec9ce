"""What the portal knows of what it shows to the public: projections of the other services' facts."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import TenantId
from services.portal.db import Base


class ListedDay(Base):
    """A day that anybody may know of: the start page lists them. No tenant's data beside its name."""

    __tablename__ = "listed_day"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    demonstration: Mapped[bool]
    invented: Mapped[bool]


class KnownOrganisation(Base):
    """What stakeholders last told of an organisation."""

    __tablename__ = "known_organisation"

    tenant_id: Mapped[TenantId]
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    acronym: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)


class KnownEdition(Base):
    """What editions last told of an edition."""

    __tablename__ = "known_edition"

    tenant_id: Mapped[TenantId]
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    city: Mapped[dict[str, str]] = mapped_column(JSONB)
    region: Mapped[str] = mapped_column(Text)
    theme: Mapped[dict[str, str]] = mapped_column(JSONB)
    unofficial: Mapped[list[str]] = mapped_column(ARRAY(Text))
    opened_by: Mapped[str] = mapped_column(Text)
    facts: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    sources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    demonstration: Mapped[bool]
    announced: Mapped[bool]


class KnownPanel(Base):
    """What editions last told of a panel."""

    __tablename__ = "known_panel"
    __table_args__ = (Index("known_panels_of_edition", "tenant_id", "edition_id"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    edition_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    unofficial: Mapped[list[str]] = mapped_column(ARRAY(Text))
    removed: Mapped[bool]


class KnownRelease(Base):
    """The latest release of an edition's programme; `version` is its number."""

    __tablename__ = "known_release"

    tenant_id: Mapped[TenantId]
    id: Mapped[UUID] = mapped_column(primary_key=True)  # the edition's
    version: Mapped[int]
    programme: Mapped[dict[str, Any]] = mapped_column(JSONB)
