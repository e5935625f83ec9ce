"""The answers that idempotency keys remember, in every service's schema."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tables import Mounted
from libs.db.tenancy import TenantId


class IdempotencyKey(Mounted):
    """One POST of one caller, and how it was answered; no status yet: the first is still at it."""

    __tablename__ = "idempotency_key"

    tenant_id: Mapped[TenantId]
    caller: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None]
    body: Mapped[Any] = mapped_column(JSON, nullable=True)  # not JSONB: replayed as it was
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
