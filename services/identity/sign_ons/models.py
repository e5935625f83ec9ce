"""The tables of sign-ons under way, of who was recognised, and of what providers have ended."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.accounts.models import Account
from services.identity.db import Base
from services.identity.providers.models import IdentityProvider
from services.identity.sign_ins.models import SignIn

Purpose = Literal["sign-in", "trial"]
_INSTANT = DateTime(timezone=True)
_PROVIDER = (IdentityProvider.tenant_id, IdentityProvider.id)


class SignOnAttempt(Base):
    """Somebody was sent to a provider: by the hashes of `state` and of the browser's secret; nonce, verifier sealed."""

    __tablename__ = "sign_on_attempt"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "provider_id"), _PROVIDER, ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "state_hash", name="state_once"),
        Index("sign_on_attempts_by_age", "tenant_id", "expires_at"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    provider_id: Mapped[UUID]
    purpose: Mapped[Purpose] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey(Account.id))  # who tries
    revision: Mapped[int]  # of the provider
    state_hash: Mapped[str] = mapped_column(Text)
    browser_hash: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(_INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class ExternalIdentity(Base):
    """Who somebody is to an organisation's provider: issuer and subject, never the address."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("tenant_id", "organisation_id", "issuer", "subject", name="identity_once"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    organisation_id: Mapped[UUID]
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    linked_at: Mapped[datetime] = mapped_column(_INSTANT)


class Linking(Base):
    """A provider's person waits to be joined with an account that was there: its owner confirms by a mailed link."""

    __tablename__ = "linking"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "provider_id"), _PROVIDER, ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "link_hash", name="linking_once"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    provider_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    link_hash: Mapped[str] = mapped_column(Text)
    browser_hash: Mapped[str] = mapped_column(Text)
    sealed_proof: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(_INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(_INSTANT)


class ProviderSession(Base):
    """By whose word somebody is signed in (the sign-in's id): for acting, and for being signed out by it."""

    __tablename__ = "provider_session"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "provider_id"), _PROVIDER, ondelete="CASCADE"),
        ForeignKeyConstraint(("tenant_id", "id"), (SignIn.tenant_id, SignIn.id)),
        Index("provider_sessions_by_subject", "tenant_id", "provider_id", "subject"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    provider_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    subject: Mapped[str] = mapped_column(Text)
    session: Mapped[str] = mapped_column(Text)  # the provider's `sid`; empty where it tells none
    sealed_id_token: Mapped[str] = mapped_column(Text)


class LogoutToken(Base):
    """A logout token that was heeded (the hash of its `jti`), kept until it is out of date."""

    __tablename__ = "logout_token"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "provider_id"), _PROVIDER, ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "provider_id", "token_hash", name="logout_token_once"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    provider_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(_INSTANT)
