"""The tables of messaging, one of each in every service's schema."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tables import Mounted
from libs.db.tenancy import RowId, TenantId

Instant = DateTime(timezone=True)


class OutboxMessage(Mounted):
    """A fact and its envelope, written with its cause. Its place in the queue (`pos`) is the database's business."""

    __tablename__ = "outbox"

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    type: Mapped[str] = mapped_column(Text)
    aggregate_id: Mapped[UUID]
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    correlation_id: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    announced: Mapped[bool]
    traceparent: Mapped[str | None] = mapped_column(Text)


class DueFact(Mounted):
    """A fact that is told later: when it is due, the relay moves it to the outbox."""

    __tablename__ = "due"

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    type: Mapped[str] = mapped_column(Text)
    aggregate_id: Mapped[UUID]
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    correlation_id: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Instant)


class InboxMessage(Mounted):
    """An effect that was had: one row per fact and handler."""

    __tablename__ = "inbox"

    tenant_id: Mapped[TenantId]
    id: Mapped[UUID] = mapped_column(primary_key=True)
    handler: Mapped[str] = mapped_column(Text, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class ParkedMessage(Mounted):
    """A fact that no retry could deliver: kept with the reason until somebody replays it."""

    __tablename__ = "parked"

    tenant_id: Mapped[TenantId]
    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    envelope: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
