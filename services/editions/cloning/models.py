"""Tables of clonings: what was asked, and how far each service is."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import TenantId
from services.editions.db import Base
from services.editions.editions.models import Edition

StepState = Literal["waiting", "done", "failed"]


class Cloning(Base):
    """The making of one edition (`edition_id`) from another."""

    __tablename__ = "cloning"
    __table_args__ = (ForeignKeyConstraint(("tenant_id", "edition_id"), (Edition.tenant_id, Edition.id)),)

    tenant_id: Mapped[TenantId]
    edition_id: Mapped[UUID] = mapped_column(primary_key=True)
    origin_id: Mapped[UUID]
    shift_days: Mapped[int]
    carried: Mapped[list[str]] = mapped_column(ARRAY(Text))
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CloneStep(Base):
    """One service's share of a cloning."""

    __tablename__ = "clone_step"
    __table_args__ = (ForeignKeyConstraint(("tenant_id", "edition_id"), (Cloning.tenant_id, Cloning.edition_id)),)

    tenant_id: Mapped[TenantId]
    edition_id: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[StepState] = mapped_column(Text)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
