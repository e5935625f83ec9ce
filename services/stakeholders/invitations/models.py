"""Tables of invitations."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.stakeholders.db import Base
from services.stakeholders.nominations.models import Nomination

Answer = Literal["accepted", "declined"]


class Invitation(Base):
    """The offer of a seat. Of its link only the fingerprint is kept: sent again, the former link is void."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "nomination_id"), (Nomination.tenant_id, Nomination.id)),
        UniqueConstraint("tenant_id", "nomination_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    nomination_id: Mapped[UUID]
    link_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    invited_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[Answer | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
