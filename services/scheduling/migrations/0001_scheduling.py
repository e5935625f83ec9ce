"""Rooms, sessions and their relations, drafts, placements and solves, releases; what other services told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from libs.approvals.migration import mount_approvals
from libs.db.guards import guard
from libs.journal.migration import mount_journal
from libs.messaging.migration import mount_messaging
from libs.published.migration import mount_published
from libs.tenants.migration import mount_known_tenant
from libs.web.migration import mount_idempotency_keys

revision = "0001"
down_revision = None

S = "scheduling"
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    mount_messaging(S)
    mount_journal(S)
    mount_idempotency_keys(S)
    mount_known_tenant(S)
    mount_approvals(S)
    mount_published(S)
    _known()
    _rooms_and_sessions()
    _drafts()
    op.create_table(
        "release",
        *_keys(),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("draft_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("programme", JSONB, nullable=False),
        sa.Column("released_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "edition_id", "number"),
        schema=S,
    )
    changed = ("known_edition", "known_panel", "known_speaker", "room", "programme_session", "session_relation")
    for table in (*changed, "draft", "placement", "solve"):
        guard(op.get_bind(), S, table)
    guard(op.get_bind(), S, "release", rights="append")


def _keys(*, versioned: bool = False) -> list[sa.Column[object]]:
    columns: list[sa.Column[object]] = [
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]
    return [*columns, sa.Column("version", sa.Integer, nullable=False)] if versioned else columns


def _points_to(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(("tenant_id", column), (f"{S}.{table}.tenant_id", f"{S}.{table}.id"))


def _known() -> None:
    op.create_table(
        "known_edition",
        *_keys(versioned=True),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        schema=S,
    )
    op.create_index("known_editions_by_slug", "known_edition", ["tenant_id", "slug"], schema=S)
    op.create_table(
        "known_panel",
        *_keys(versioned=True),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        schema=S,
    )
    op.create_index("known_panels_of_edition", "known_panel", ["tenant_id", "edition_id", "ordinal"], schema=S)
    op.create_table(
        "known_speaker",
        *_keys(versioned=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("panel_id", sa.Uuid, nullable=False),
        sa.Column("seat_role", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("organisation", JSONB, nullable=False),
        sa.Column("availability", JSONB, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        schema=S,
    )
    op.create_index("known_speakers_of_edition", "known_speaker", ["tenant_id", "edition_id"], schema=S)


def _rooms_and_sessions() -> None:
    op.create_table(
        "room",
        *_keys(versioned=True),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("building", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("turnover", sa.Integer, nullable=False),
        sa.Column("opening", JSONB, nullable=False),
        sa.Column("blocked", JSONB, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.UniqueConstraint("tenant_id", "edition_id", "slug"),
        sa.CheckConstraint("capacity > 0", name="room_has_seats"),
        schema=S,
    )
    op.create_table(
        "programme_session",
        *_keys(versioned=True),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("panel_id", sa.Uuid),
        sa.Column("plenary", sa.Boolean, nullable=False),
        sa.Column("duration", sa.Integer, nullable=False),
        sa.Column("expected_audience", sa.Integer),
        sa.Column("allowed", JSONB, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.UniqueConstraint("tenant_id", "edition_id", "slug"),
        sa.CheckConstraint("duration > 0", name="session_lasts"),
        schema=S,
    )
    op.create_table(
        "session_relation",
        *_keys(),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("other_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("binding", sa.Boolean, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        _points_to("programme_session", "session_id"),
        _points_to("programme_session", "other_id"),
        sa.UniqueConstraint("tenant_id", "session_id", "other_id", "kind"),
        sa.CheckConstraint("session_id <> other_id", name="relation_to_another"),
        schema=S,
    )
    op.create_index("relations_to_session", "session_relation", ["tenant_id", "other_id"], schema=S)


def _drafts() -> None:
    op.create_table(
        "draft",
        *_keys(versioned=True),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        schema=S,
    )
    op.create_index("drafts_of_edition", "draft", ["tenant_id", "edition_id"], schema=S)
    op.create_table(
        "placement",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("draft_id", sa.Uuid, primary_key=True),
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("room_id", sa.Uuid, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=False), nullable=False),
        _points_to("draft", "draft_id"),
        _points_to("programme_session", "session_id"),
        _points_to("room", "room_id"),
        schema=S,
    )
    op.create_index("placements_of_session", "placement", ["tenant_id", "session_id"], schema=S)
    op.create_index("placements_in_room", "placement", ["tenant_id", "room_id"], schema=S)
    op.create_table(
        "solve",
        *_keys(),
        sa.Column("draft_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seconds", sa.Integer, nullable=False),
        sa.Column("stop_asked", sa.Boolean, nullable=False),
        sa.Column("improvements", sa.Integer, nullable=False),
        sa.Column("score", JSONB, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("bound", sa.Integer, nullable=False),
        sa.Column("placements", JSONB, nullable=False),
        sa.Column("unplaced", sa.Integer, nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("heard_at", _INSTANT, nullable=False),
        _points_to("draft", "draft_id"),
        schema=S,
    )
    op.create_index("solves_of_draft", "solve", ["tenant_id", "draft_id"], schema=S)
    op.create_index(
        "one_solve_at_a_time",
        "solve",
        ["tenant_id"],
        unique=True,
        schema=S,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
