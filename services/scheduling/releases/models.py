"""The table of releases: what was published stays as it was."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.scheduling.db import Base


class Release(Base):
    """`content` is what was signed, `programme` what was published."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("tenant_id", "edition_id", "number"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    edition_id: Mapped[UUID]
    number: Mapped[int]
    draft_id: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    programme: Mapped[dict[str, Any]] = mapped_column(JSONB)
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
