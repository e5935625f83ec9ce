"""Tables of rooms."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.scheduling.db import Base


class Room(Base):
    """A place of an edition. `opening` and `blocked` are windows of wall times; no opening is open all day."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("tenant_id", "edition_id", "slug"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    edition_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    building: Mapped[str] = mapped_column(Text)
    capacity: Mapped[int]
    turnover: Mapped[int]  # minutes
    opening: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    blocked: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
