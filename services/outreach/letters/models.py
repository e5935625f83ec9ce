"""The table of letters."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from libs.messaging.models import Instant
from services.outreach.db import Base
from services.outreach.letters.domain import LetterState


class Letter(Base):
    """One message to one person. Its id is that of the request; the link is there, sealed, until it is sent."""

    __tablename__ = "letter"

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    template: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    recipient_name: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_link: Mapped[str] = mapped_column(Text)
    state: Mapped[LetterState] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")  # what the mail server said when it did not take it
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    requested_at: Mapped[datetime] = mapped_column(Instant)
    waiting_since: Mapped[datetime] = mapped_column(Instant, server_default=func.now())  # it is worth sending so long
    next_try_at: Mapped[datetime | None] = mapped_column(Instant)
    sending_since: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own name)
