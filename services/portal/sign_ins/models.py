"""Sign-ins of the portal: server-side; the browser holds an opaque key, we hold its hash."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.portal.db import Base

_INSTANT = DateTime(timezone=True)


class SignIn(Base):
    """One person's sign-in to one day. `id` is identity's; what could be used elsewhere lies here sealed."""

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("tenant_id", "key_hash"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    key_hash: Mapped[str] = mapped_column(Text)
    sealed_secret: Mapped[str] = mapped_column(Text)
    sealed_token: Mapped[str] = mapped_column(Text)
    token_ends_at: Mapped[datetime] = mapped_column(_INSTANT)
    account: Mapped[dict[str, Any]] = mapped_column(JSONB)
    memberships: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    membership_id: Mapped[UUID | None]
    began_at: Mapped[datetime] = mapped_column(_INSTANT)
    seen_at: Mapped[datetime] = mapped_column(_INSTANT)
