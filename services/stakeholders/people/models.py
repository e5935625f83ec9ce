"""Tables of people: the one place of this service where personal fields are kept."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.stakeholders.db import Base
from services.stakeholders.organisations.models import Organisation


class Person(Base):
    """Somebody whom the tenant keeps data of. `organisation` is where they work, in words."""

    __tablename__ = "person"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "organisation_id"), (Organisation.tenant_id, Organisation.id)),
        UniqueConstraint("tenant_id", "email", "name_folded"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    full_name: Mapped[str] = mapped_column(Text)
    name_folded: Mapped[str] = mapped_column(Text)  # what searches look in (P29); shown is `full_name`, as typed
    email: Mapped[str] = mapped_column(Text)  # casefolded
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    organisation: Mapped[dict[str, str]] = mapped_column(JSONB)
    organisation_id: Mapped[UUID | None]  # where that is an organisation of this day
    language: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
