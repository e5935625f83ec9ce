"""The table of mail domains."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.db import Base


class MailDomain(Base):
    """An organisation claims a domain. Many may claim one; whoever proves it first has it in this tenant."""

    __tablename__ = "mail_domain"
    __table_args__ = (
        UniqueConstraint("tenant_id", "organisation_id", "domain", name="domain_claimed_once"),
        Index(
            "domain_proven_once",
            "tenant_id",
            "domain",
            unique=True,
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    organisation_id: Mapped[UUID]
    domain: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text)  # what the record says: no secret
    link_hash: Mapped[str | None] = mapped_column(Text)
    link_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
