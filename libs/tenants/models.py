"""The projection of tenants in a service's schema."""

from uuid import UUID

from sqlalchemy import Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tables import Mounted
from libs.db.tenancy import TenantId


class KnownTenant(Mounted):
    """What identity last told of a tenant."""

    __tablename__ = "known_tenant"

    tenant_id: Mapped[TenantId]
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    country: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    patronage: Mapped[dict[str, str]] = mapped_column(JSONB)
    co_organisers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    protected: Mapped[list[str]] = mapped_column(ARRAY(Text))
    demonstration: Mapped[bool]
    invented: Mapped[bool]
