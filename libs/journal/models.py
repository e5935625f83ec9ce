"""The journal. The service's role may insert and select only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tables import Mounted
from libs.db.tenancy import RowId, TenantId


class JournalEntry(Mounted):
    """One act. `details` holds ids and states, and nothing that a person might ask to be erased."""

    __tablename__ = "journal"

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    actor: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    correlation_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
