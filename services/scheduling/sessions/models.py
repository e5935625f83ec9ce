"""Tables of what is to be put on a programme. A database session is a `session`, one of these a `programme_session`."""

from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Index, Select, Text, UniqueConstraint, case, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.contracts.programme import SessionKind
from libs.db.tenancy import RowId, TenantId
from services.scheduling.db import Base
from services.scheduling.known.models import KnownPanel
from services.scheduling.problem import RelationKind

Row = TypeVarTuple("Row")


class ProgrammeSession(Base):
    """Without a title of its own, it has that of its panel. `allowed` are windows of wall times; none is any time."""

    __tablename__ = "programme_session"
    __table_args__ = (UniqueConstraint("tenant_id", "edition_id", "slug"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    edition_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(Text)
    kind: Mapped[SessionKind] = mapped_column(Text)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    panel_id: Mapped[UUID | None]
    plenary: Mapped[bool]
    duration: Mapped[int]  # minutes
    expected_audience: Mapped[int | None]
    allowed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    origin_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


class SessionRelation(Base):
    """`session_id` is `kind` `other_id`; not binding, it is a wish."""

    __tablename__ = "session_relation"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "session_id"), (ProgrammeSession.tenant_id, ProgrammeSession.id)),
        ForeignKeyConstraint(("tenant_id", "other_id"), (ProgrammeSession.tenant_id, ProgrammeSession.id)),
        UniqueConstraint("tenant_id", "session_id", "other_id", "kind"),
        Index("relations_to_session", "tenant_id", "other_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    session_id: Mapped[UUID]
    other_id: Mapped[UUID]
    kind: Mapped[RelationKind] = mapped_column(Text)
    binding: Mapped[bool]
    origin_id: Mapped[UUID | None]


def shown_title() -> ColumnElement[dict[str, str]]:
    """Return the expression for a session's own title, or else its panel's; `KnownPanel` must be joined."""
    own = ProgrammeSession.title
    untitled = own == func.jsonb_build_object()
    return case((untitled, func.coalesce(KnownPanel.title, own)), else_=own)


def with_panel(query: Select[*Row]) -> Select[*Row]:
    """Join each session's panel, where it has one."""
    of_session = (KnownPanel.tenant_id == ProgrammeSession.tenant_id) & (KnownPanel.id == ProgrammeSession.panel_id)
    return query.outerjoin(KnownPanel, of_session)
