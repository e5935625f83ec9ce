"""What `editions` last told of editions, panels and their seats; ids and versions are theirs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.stakeholders.db import Base


class KnownEdition(Base):
    __tablename__ = "known_edition"
    __table_args__ = (Index("known_editions_by_slug", "tenant_id", "slug"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    timezone: Mapped[str] = mapped_column(Text)
    city: Mapped[dict[str, str]] = mapped_column(JSONB)
    theme: Mapped[dict[str, str]] = mapped_column(JSONB)


class KnownPanel(Base):
    """`seats` holds objects with `id`, `role` and `ordinal`."""

    __tablename__ = "known_panel"
    __table_args__ = (Index("known_panels_of_edition", "tenant_id", "edition_id", "ordinal"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int]
    edition_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    seats: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    removed: Mapped[bool]
