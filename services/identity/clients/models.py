"""The table of API clients."""

from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.db import Base
from services.identity.memberships.domain import Role


class Client(Base):
    """A machine that acts for an organisation: at most what `role` may, and of that what its scopes open."""

    __tablename__ = "client"
    __table_args__ = (Index("client_by_id", "id", unique=True),)  # looked up before its tenant is known

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret_hash: Mapped[str] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
