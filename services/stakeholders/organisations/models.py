"""Tables of organisations."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.contracts.events import OrganisationChanged
from libs.db.tenancy import RowId, TenantId
from services.stakeholders.db import Base
from services.stakeholders.organisations.domain import Kind


class Organisation(Base):
    __tablename__ = "organisation"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "parent_id"), ("organisation.tenant_id", "organisation.id")),
        UniqueConstraint("tenant_id", "slug"),
        Index("organisations_by_parent", "tenant_id", "parent_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    slug: Mapped[str] = mapped_column(Text)
    kind: Mapped[Kind] = mapped_column(Text)
    acronym: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    name_folded: Mapped[str] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)

    def fact(self) -> OrganisationChanged:
        """Return what other services are told of it, as it is now."""
        return OrganisationChanged(
            tenant_id=self.tenant_id,
            id=self.id,
            version=self.version,
            slug=self.slug,
            kind=self.kind,
            acronym=self.acronym,
            name=self.name,
            sector=self.sector,
            region=self.region,
        )
