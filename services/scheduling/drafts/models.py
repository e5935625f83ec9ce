"""Tables of drafts, their placements, and the solves that were asked for."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.scheduling.db import Base
from services.scheduling.rooms.models import Room
from services.scheduling.sessions.models import ProgrammeSession

SolveState = Literal["waiting", "running", "optimal", "feasible", "stopped", "failed"]
_INSTANT = DateTime(timezone=True)
_WALL_TIME = DateTime(timezone=False)


class Draft(Base):
    """A programme that is worked on; `version` counts its changes."""

    __tablename__ = "draft"
    __table_args__ = (Index("drafts_of_edition", "tenant_id", "edition_id"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    edition_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(_INSTANT)
    changed_at: Mapped[datetime] = mapped_column(_INSTANT)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)


class Placement(Base):
    """A session at a wall time in a room; the keys keep rooms and sessions there as long as they are used."""

    __tablename__ = "placement"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "draft_id"), (Draft.tenant_id, Draft.id)),
        ForeignKeyConstraint(("tenant_id", "session_id"), (ProgrammeSession.tenant_id, ProgrammeSession.id)),
        ForeignKeyConstraint(("tenant_id", "room_id"), (Room.tenant_id, Room.id)),
        Index("placements_of_session", "tenant_id", "session_id"),
        Index("placements_in_room", "tenant_id", "room_id"),
    )

    tenant_id: Mapped[TenantId]
    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID]
    starts_at: Mapped[datetime] = mapped_column(_WALL_TIME)


class Solve(Base):
    """One run of the solver for a draft, and the best that it has found so far. One at a time in a tenant."""

    __tablename__ = "solve"
    __table_args__ = (
        ForeignKeyConstraint(("tenant_id", "draft_id"), (Draft.tenant_id, Draft.id)),
        Index("solves_of_draft", "tenant_id", "draft_id"),
        Index(
            "one_solve_at_a_time", "tenant_id", unique=True, postgresql_where=text("state IN ('waiting', 'running')")
        ),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    draft_id: Mapped[UUID]
    state: Mapped[SolveState] = mapped_column(Text)
    seconds: Mapped[int]
    stop_asked: Mapped[bool]
    improvements: Mapped[int]
    score: Mapped[dict[str, int]] = mapped_column(JSONB)
    level: Mapped[str] = mapped_column(Text)
    bound: Mapped[int]
    placements: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # those of the best programme so far
    unplaced: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(_INSTANT)
    heard_at: Mapped[datetime] = mapped_column(_INSTANT)  # when its process last gave a sign
