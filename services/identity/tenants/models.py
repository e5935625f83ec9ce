"""The table of tenants."""

from uuid import UUID

from sqlalchemy import Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import TenantId
from services.identity.db import Base


class Tenant(Base):
    """One recurring day. Its slug is unique among all tenants, and never changes: it is in every address."""

    __tablename__ = "tenant"

    tenant_id: Mapped[TenantId]
    version: Mapped[int] = mapped_column()
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    country: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    patronage: Mapped[dict[str, str]] = mapped_column(JSONB)
    co_organisers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    protected: Mapped[list[str]] = mapped_column(ARRAY(Text))
    demonstration: Mapped[bool]
    invented: Mapped[bool]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
