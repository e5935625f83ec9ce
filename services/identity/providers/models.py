"""The tables of identity providers, of their trials, and of what an organisation demands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.db import Base
from services.identity.providers.domain import GivenRole, Method, Preset, State


class IdentityProvider(Base):
    """An OpenID provider of one organisation. Its secret, or our private key for it, lies here sealed.

    `metadata` is what discovery told when it was last saved: for the page; sign-ins read it from the provider.
    """

    __tablename__ = "identity_provider"
    __table_args__ = (
        Index("provider_by_id", "id", unique=True),  # looked up before its tenant is known
        UniqueConstraint("tenant_id", "organisation_id", "issuer", "client_id", name="provider_once"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    revision: Mapped[int]  # counts what a trial tries: all but the name and the state
    organisation_id: Mapped[UUID]
    preset: Mapped[Preset] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str] = mapped_column(Text)
    method: Mapped[Method] = mapped_column(Text)
    sealed_secret: Mapped[str] = mapped_column(Text)
    public_key: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rules: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    otherwise: Mapped[GivenRole | None] = mapped_column(Text)
    max_age: Mapped[int | None]  # seconds
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))  # of authentication (`acr`), one of which is asked for
    state: Mapped[State] = mapped_column(Text)
    told: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


class ProviderTrial(Base):
    """The last trial of a provider, by its id: the claims that came, and what they would give."""

    __tablename__ = "provider_trial"
    __table_args__ = (
        ForeignKeyConstraint(
            ("tenant_id", "id"), (IdentityProvider.tenant_id, IdentityProvider.id), ondelete="CASCADE"
        ),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    revision: Mapped[int]  # of the provider
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    claims: Mapped[dict[str, Any]] = mapped_column(JSONB)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    problems: Mapped[list[str]] = mapped_column(ARRAY(Text))


class SignOnRule(Base):
    """What an organisation (its id) demands: `compulsory`, that nobody acts for it but by its provider."""

    __tablename__ = "sign_on_rule"

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    compulsory: Mapped[bool]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
