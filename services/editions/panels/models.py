"""Tables of panels and their seats."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.contracts.programme import SeatRole
from libs.db.tenancy import RowId, TenantId
from services.editions.db import Base
from services.editions.editions.models import Edition


class Panel(Base):
    """A thematic debate of an edition."""

    __tablename__ = "panel"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "edition_id"), (Edition.tenant_id, Edition.id)),
        UniqueConstraint("tenant_id", "edition_id", "ordinal"),
        UniqueConstraint("tenant_id", "edition_id", "slug"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    edition_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    unofficial: Mapped[list[str]] = mapped_column(ARRAY(Text))
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


class PanelSeat(Base):
    """One place on a panel; who sits there is the stakeholders' business."""

    __tablename__ = "seat"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "panel_id"), (Panel.tenant_id, Panel.id)),
        UniqueConstraint("tenant_id", "panel_id", "role", "ordinal"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    panel_id: Mapped[UUID]
    role: Mapped[SeatRole] = mapped_column(Text)
    ordinal: Mapped[int]
    origin_id: Mapped[UUID | None]
