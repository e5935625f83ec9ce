"""The tables of sign-in links and of the requests for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.accounts.models import Account
from services.identity.db import Base
from services.identity.links.domain import LinkKind
from services.identity.memberships.models import Membership


class SignInLink(Base):
    """What is left of a link once it is handed out: its hash, whom it signs in, for what, where, until when."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "membership_id"), (Membership.tenant_id, Membership.id)),
        UniqueConstraint("tenant_id", "hash", name="link_once"),
        Index("links_by_code", "tenant_id", "code_hash"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    kind: Mapped[LinkKind] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    membership_id: Mapped[UUID | None]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    browser_hash: Mapped[str | None] = mapped_column(Text)  # of a mailed one: of the browser that asked for it
    code_hash: Mapped[str | None] = mapped_column(Text)  # of the code and that browser's secret


class LinkRequest(Base):
    """Somebody asked for a link to be sent to an address (its hash), known here or not; kept while it counts."""

    __tablename__ = "link_request"
    __table_args__ = (
        Index("link_requests_by_address", "tenant_id", "address", "at"),
        Index("link_requests_by_age", "tenant_id", "at"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
