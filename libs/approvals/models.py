"""Approvals and their signatures, in the schema of the service that owns what is protected."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.approvals.domain import State
from libs.db.tables import Mounted
from libs.db.tenancy import RowId, TenantId

_INSTANT = DateTime(timezone=True)


class Approval(Mounted):
    """One proposed content of one subject: at most one is open for a subject and kind at a time."""

    __tablename__ = "approval"
    __table_args__ = (
        Index(
            "approval_open_once",
            "tenant_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    state: Mapped[State] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(Text)
    signatories: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    proposed_by: Mapped[str] = mapped_column(Text)
    proposed_for: Mapped[UUID | None]
    proposed_at: Mapped[datetime] = mapped_column(_INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(_INSTANT)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


class Decision(Mounted):
    """What was decided on one exact text; it stays for ever, also when the text changed afterwards."""

    __tablename__ = "approval_decision"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "approval_id"), (Approval.tenant_id, Approval.id)),
        Index("approval_decisions", "tenant_id", "approval_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    approval_id: Mapped[UUID]
    act: Mapped[str] = mapped_column(Text)  # proposed, changed, signed, refused, withdrawn
    sha256: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    actor: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_INSTANT)
