"""The table of API clients."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert, to_builtins
from sqlalchemy import DateTime, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.clients.domain import ClientKind, Secret
from services.identity.db import Base
from services.identity.memberships.domain import Role


class Client(Base):
    """A program that acts for an organisation, or for people who agree to it; of both it may do what its scopes open.

    A machine acts at most as its `role`; an application as whoever agreed. What identity needs to let it in lies in
    this one row: it is read for every token.
    """

    __tablename__ = "client"
    __table_args__ = (Index("client_by_id", "id", unique=True),)  # looked up before its tenant is known

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    kind: Mapped[ClientKind] = mapped_column(Text)
    role: Mapped[Role | None] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secrets: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    redirect_uris: Mapped[list[str]] = mapped_column(ARRAY(Text))
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)

    @property
    def known_secrets(self) -> list[Secret]:
        return convert(self.secrets, list[Secret])

    @known_secrets.setter
    def known_secrets(self, secrets: list[Secret]) -> None:
        self.secrets = to_builtins(secrets)


class ClientAssertion(Base):
    """An assertion that a client came with, by the fingerprint of its `jti`; kept while it would be good."""

    __tablename__ = "client_assertion"
    __table_args__ = (Index("client_assertions_by_age", "tenant_id", "expires_at"),)

    tenant_id: Mapped[TenantId]
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    jti: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
