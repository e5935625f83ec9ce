"""Tables of calls."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.contracts.events import CallChanged, CallState
from libs.db.tenancy import RowId, TenantId
from services.stakeholders.db import Base


class Call(Base):
    """An edition's invitation to nominate. Its times are wall times of the edition."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("tenant_id", "edition_id"),
        CheckConstraint("closes_at > opens_at", name="call_closes_after_opening"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    edition_id: Mapped[UUID]
    opens_at: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    state: Mapped[CallState] = mapped_column(Text)
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)

    def fact(self) -> CallChanged:
        """Return what other services are told of it, as it is now."""
        return CallChanged(
            tenant_id=self.tenant_id,
            id=self.id,
            version=self.version,
            edition_id=self.edition_id,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            state=self.state,
        )
