"""The tables of passkeys and of the questions that devices are to answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.accounts.models import Account
from services.identity.db import Base


class Passkey(Base):
    """The public half of a key of somebody's; `uses` is the device's own count, where it keeps one."""

    __tablename__ = "passkey"
    __table_args__ = (
        UniqueConstraint("tenant_id", "credential_id", name="passkey_once"),
        Index("passkeys_of_account", "tenant_id", "account_id", "id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    credential_id: Mapped[str] = mapped_column(Text)
    public_key: Mapped[bytes]
    uses: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PasskeyChallenge(Base):
    """A question that was asked: to make a key for an account, or (without one) to sign in by a key. Answered once."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index("challenges_by_age", "tenant_id", "expires_at"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    challenge: Mapped[bytes]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey(Account.id))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
