"""Letters, and what the libraries mount."""

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


def upgrade() -> None:
    mount_messaging("outreach")
    mount_journal("outreach")
    mount_idempotency_keys("outreach")
    mount_known_tenant("outreach")
    op.create_table(
        "letter",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("recipient_name", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("sealed_link", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('queued', 'sent', 'refused')", name="letter_state"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="letter_sent_at"),
        sa.CheckConstraint("state = 'queued' OR sealed_link = ''", name="letter_link_is_blanked"),
        schema="outreach",
    )
    guard(op.get_bind(), "outreach", "letter")
