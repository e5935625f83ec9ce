"""The table of sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.accounts.models import Account
from services.identity.db import Base
from services.identity.links.models import SignInLink
from services.identity.memberships.models import Membership


class SignIn(Base):
    """Somebody is signed in, for one mandate or not yet having chosen one; whoever has the secret renews its tokens."""

    __tablename__ = "sign_in"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "link_id"), (SignInLink.tenant_id, SignInLink.id)),
        ForeignKeyConstraint(("tenant_id", "membership_id"), (Membership.tenant_id, Membership.id)),
        Index("sign_ins_of_account", "tenant_id", "account_id", "id"),
        Index("sign_ins_for_mandate", "tenant_id", "membership_id", "id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    link_id: Mapped[UUID | None]
    membership_id: Mapped[UUID | None]
    secret_hash: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text, server_default="mailed")  # a kind of link, or another way
    device: Mapped[str] = mapped_column(Text, server_default="")  # as the browser names itself
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
