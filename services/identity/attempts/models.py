"""The table of attempts."""

from datetime import datetime

from sqlalchemy import DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.db import Base


class Attempt(Base):
    """Somebody tried something by which one signs in; `by` is the hash of what it is counted by."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("attempts_by_whom", "tenant_id", "by", "at"),
        Index("attempts_by_age", "tenant_id", "at"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
