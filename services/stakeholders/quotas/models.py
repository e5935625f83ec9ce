"""Tables of what each organisation may nominate in a call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.stakeholders.calls.models import Call
from services.stakeholders.db import Base
from services.stakeholders.organisations.models import Organisation


class OrganisationQuota(Base):
    """One organisation's quota in one call. Its row is locked by whoever counts what is standing."""

    __tablename__ = "quota"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "call_id"), (Call.tenant_id, Call.id)),
        ForeignKeyConstraint(("tenant_id", "organisation_id"), (Organisation.tenant_id, Organisation.id)),
        UniqueConstraint("tenant_id", "call_id", "organisation_id"),
        CheckConstraint('"limit" >= 0', name="quota_not_negative"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    call_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    limit: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


class PanelQuota(Base):
    """What of an organisation's quota may stand for one panel."""

    __tablename__ = "panel_quota"
    __table_args__ = (
        ForeignKeyConstraint(
            ("tenant_id", "quota_id"), (OrganisationQuota.tenant_id, OrganisationQuota.id), ondelete="CASCADE"
        ),
        UniqueConstraint("tenant_id", "quota_id", "panel_id"),
        CheckConstraint('"limit" >= 0', name="panel_quota_not_negative"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    quota_id: Mapped[UUID]
    panel_id: Mapped[UUID]
    limit: Mapped[int]
    origin_id: Mapped[UUID | None]
