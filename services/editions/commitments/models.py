"""Table of commitments."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.editions.db import Base
from services.editions.editions.models import Edition

CommitmentState = Literal["open", "kept", "dropped"]


class Commitment(Base):
    """A recommendation, convention or promise. One that an earlier edition handed over is `acquis`."""

    __tablename__ = "commitment"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "edition_id"), (Edition.tenant_id, Edition.id)),
        Index("commitments_of_edition", "tenant_id", "edition_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    edition_id: Mapped[UUID]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    responsible_id: Mapped[UUID | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[CommitmentState] = mapped_column(Text)
    acquis: Mapped[bool]
    sample: Mapped[bool]
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
