"""Organisations, people, calls and quotas, nominations, invitations; what is known of editions and panels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from libs.db.guards import guard
from libs.journal.migration import mount_journal
from libs.messaging.migration import mount_messaging
from libs.tenants.migration import mount_known_tenant
from libs.web.migration import mount_idempotency_keys

revision = "0001"
down_revision = None

S = "stakeholders"
INSTANT = sa.DateTime(timezone=True)
WALL_TIME = sa.DateTime(timezone=False)
STANDING = "state IN ('confirmed', 'invited', 'selected', 'shortlisted', 'submitted')"
SEATED = "state IN ('confirmed', 'invited', 'selected')"


def upgrade() -> None:
    mount_messaging(S)
    mount_journal(S)
    mount_idempotency_keys(S)
    mount_known_tenant(S)
    _make_known()
    _make_organisations_and_people()
    _make_calls_and_quotas()
    _make_nominations_and_invitations()


def _make(table: str, *parts: sa.schema.SchemaItem) -> None:
    keys = (sa.Column("tenant_id", sa.Uuid, primary_key=True), sa.Column("id", sa.Uuid, primary_key=True))
    op.create_table(table, *keys, *parts, schema=S)
    guard(op.get_bind(), S, table)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False)


def _to(table: str, column: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ("tenant_id", column), (f"{S}.{table}.tenant_id", f"{S}.{table}.id"), ondelete=ondelete
    )


def _make_known() -> None:
    _make(
        "known_edition",
        _version(),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("city", JSONB, nullable=False),
        sa.Column("theme", JSONB, nullable=False),
    )
    op.create_index("known_editions_by_slug", "known_edition", ["tenant_id", "slug"], schema=S)
    _make(
        "known_panel",
        _version(),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("seats", JSONB, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
    )
    op.create_index("known_panels_of_edition", "known_panel", ["tenant_id", "edition_id", "ordinal"], schema=S)


def _make_organisations_and_people() -> None:
    _make(
        "organisation",
        _version(),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("acronym", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("name_folded", sa.Text, nullable=False),
        sa.Column("sector", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        _to("organisation", "parent_id"),
        sa.UniqueConstraint("tenant_id", "slug"),
    )
    op.create_index("organisations_by_parent", "organisation", ["tenant_id", "parent_id"], schema=S)
    _make(
        "person",
        _version(),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("name_folded", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("organisation", JSONB, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("language", sa.Text),
        _to("organisation", "organisation_id"),
        sa.UniqueConstraint("tenant_id", "email", "name_folded"),
    )


def _make_calls_and_quotas() -> None:
    _make(
        "call",
        _version(),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("opens_at", WALL_TIME, nullable=False),
        sa.Column("closes_at", WALL_TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.UniqueConstraint("tenant_id", "edition_id"),
        sa.CheckConstraint("closes_at > opens_at", name="call_closes_after_opening"),
    )
    _make(
        "quota",
        _version(),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("limit", sa.Integer, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        _to("call", "call_id"),
        _to("organisation", "organisation_id"),
        sa.UniqueConstraint("tenant_id", "call_id", "organisation_id"),
        sa.CheckConstraint('"limit" >= 0', name="quota_not_negative"),
    )
    _make(
        "panel_quota",
        sa.Column("quota_id", sa.Uuid, nullable=False),
        sa.Column("panel_id", sa.Uuid, nullable=False),
        sa.Column("limit", sa.Integer, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        _to("quota", "quota_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "quota_id", "panel_id"),
        sa.CheckConstraint('"limit" >= 0', name="panel_quota_not_negative"),
    )


def _make_nominations_and_invitations() -> None:
    _make(
        "nomination",
        _version(),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("panel_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("seat_role", sa.Text, nullable=False),
        sa.Column("seat_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("availability", JSONB, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        _to("call", "call_id"),
        _to("organisation", "organisation_id"),
        _to("person", "person_id"),
    )
    op.create_index("nominations_of_call", "nomination", ["tenant_id", "call_id", "id"], schema=S)
    op.create_index("nominations_of_person", "nomination", ["tenant_id", "person_id"], schema=S)
    op.create_index("nominations_of_organisation", "nomination", ["tenant_id", "call_id", "organisation_id"], schema=S)
    op.create_index(
        "standing_once",
        "nomination",
        ["tenant_id", "call_id", "organisation_id", "panel_id", "person_id"],
        unique=True,
        postgresql_where=sa.text(STANDING),
        schema=S,
    )
    op.create_index(
        "seat_held_once",
        "nomination",
        ["tenant_id", "seat_id"],
        unique=True,
        postgresql_where=sa.text(SEATED),
        schema=S,
    )
    _make(
        "invitation",
        _version(),
        sa.Column("nomination_id", sa.Uuid, nullable=False),
        sa.Column("link_hash", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("invited_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", INSTANT),
        sa.Column("reason", sa.Text, nullable=False),
        _to("nomination", "nomination_id"),
        sa.UniqueConstraint("tenant_id", "nomination_id"),
    )
