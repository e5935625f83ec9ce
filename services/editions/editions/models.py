"""Tables of editions."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.editions.db import Base


class Edition(Base):
    """One yearly occurrence. Its days are wall-clock days in its own zone."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("tenant_id", "slug"), UniqueConstraint("tenant_id", "ordinal"))

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    slug: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    timezone: Mapped[str] = mapped_column(Text)
    city: Mapped[dict[str, str]] = mapped_column(JSONB)
    region: Mapped[str] = mapped_column(Text)
    theme: Mapped[dict[str, str]] = mapped_column(JSONB)
    unofficial: Mapped[list[str]] = mapped_column(ARRAY(Text))  # languages in which the theme is our translation
    opened_by: Mapped[str] = mapped_column(Text)
    facts: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    sources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    demonstration: Mapped[bool]
    announced: Mapped[bool]
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


def matches(key: str | UUID) -> ColumnElement[bool]:
    """Return the condition that names one edition by its slug or its id."""
    try:
        return Edition.id == (key if isinstance(key, UUID) else UUID(key))
    except ValueError:
        return Edition.slug == key
