"""Editions, panels and seats, commitments, clonings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.approvals.migration import mount_approvals
from libs.db.guards import guard
from libs.journal.migration import mount_journal
from libs.messaging.migration import mount_messaging
from libs.tenants.migration import mount_known_tenant
from libs.web.migration import mount_idempotency_keys

revision = "0001"
down_revision = None

S = "editions"


def upgrade() -> None:
    mount_messaging(S)
    mount_journal(S)
    mount_idempotency_keys(S)
    mount_known_tenant(S)
    mount_approvals(S)
    op.create_table(
        "edition",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("city", JSONB, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("theme", JSONB, nullable=False),
        sa.Column("unofficial", ARRAY(sa.Text), nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("sources", ARRAY(sa.Text), nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.UniqueConstraint("tenant_id", "slug"),
        sa.UniqueConstraint("tenant_id", "ordinal"),
        sa.CheckConstraint("ends_on >= starts_on", name="edition_ends_after_start"),
        schema=S,
    )
    op.create_table(
        "panel",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("unofficial", ARRAY(sa.Text), nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.ForeignKeyConstraint(("tenant_id", "edition_id"), (f"{S}.edition.tenant_id", f"{S}.edition.id")),
        sa.UniqueConstraint("tenant_id", "edition_id", "ordinal"),
        sa.UniqueConstraint("tenant_id", "edition_id", "slug"),
        schema=S,
    )
    op.create_table(
        "seat",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("panel_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.ForeignKeyConstraint(("tenant_id", "panel_id"), (f"{S}.panel.tenant_id", f"{S}.panel.id")),
        sa.UniqueConstraint("tenant_id", "panel_id", "role", "ordinal"),
        schema=S,
    )
    op.create_table(
        "commitment",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("responsible_id", sa.Uuid),
        sa.Column("due_on", sa.Date),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("acquis", sa.Boolean, nullable=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("origin_id", sa.Uuid),
        sa.ForeignKeyConstraint(("tenant_id", "edition_id"), (f"{S}.edition.tenant_id", f"{S}.edition.id")),
        schema=S,
    )
    op.create_index("commitments_of_edition", "commitment", ["tenant_id", "edition_id"], schema=S)
    op.create_table(
        "cloning",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("edition_id", sa.Uuid, primary_key=True),
        sa.Column("origin_id", sa.Uuid, nullable=False),
        sa.Column("shift_days", sa.Integer, nullable=False),
        sa.Column("carried", ARRAY(sa.Text), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(("tenant_id", "edition_id"), (f"{S}.edition.tenant_id", f"{S}.edition.id")),
        schema=S,
    )
    op.create_table(
        "clone_step",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("edition_id", sa.Uuid, primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(("tenant_id", "edition_id"), (f"{S}.cloning.tenant_id", f"{S}.cloning.edition_id")),
        schema=S,
    )
    for table in ("edition", "panel", "seat", "commitment", "cloning", "clone_step"):
        guard(op.get_bind(), S, table)
