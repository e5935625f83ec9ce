"""The tables of consents and their refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.accounts.models import Account
from services.identity.clients.models import Client
from services.identity.consents.domain import Code, Decision
from services.identity.db import Base
from services.identity.memberships.models import Membership

_INSTANT = DateTime(timezone=True)


class Consent(Base):
    """An application's request, what a person answered, and the family of tokens that came of it."""

    __tablename__ = "consent"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "client_id"), (Client.tenant_id, Client.id)),
        ForeignKeyConstraint(("tenant_id", "membership_id"), (Membership.tenant_id, Membership.id)),
        UniqueConstraint("tenant_id", "code_hash", name="code_once"),
        Index("consents_by_account", "tenant_id", "account_id"),
        Index("consents_by_age", "tenant_id", "asked_at"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    client_id: Mapped[UUID]
    redirect_uri: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str | None] = mapped_column(Text)
    nonce: Mapped[str | None] = mapped_column(Text)
    code_challenge: Mapped[str] = mapped_column(Text)
    signed_in_since: Mapped[datetime | None] = mapped_column(_INSTANT)
    asked_at: Mapped[datetime] = mapped_column(_INSTANT)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey(Account.id))
    membership_id: Mapped[UUID | None]
    signed_in_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    decision: Mapped[Decision | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    code_hash: Mapped[str | None] = mapped_column(Text)
    code_used_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(_INSTANT)

    @property
    def code(self) -> Code:
        assert self.decided_at is not None  # noqa: S101 (who has a code was granted it)
        return Code(self.decided_at, self.code_used_at, self.ended_at)


class RefreshToken(Base):
    """One token of a family. Its secret follows from its id and the deployment's key, so that it can be told again."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "consent_id"), (Consent.tenant_id, Consent.id), ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "hash", name="refresh_token_once"),
        Index("refresh_tokens_by_consent", "tenant_id", "consent_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    consent_id: Mapped[UUID]
    hash: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(_INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(_INSTANT)
    successor_id: Mapped[UUID | None]
