"""Sign-ins, what the portal knows, what it publishes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.db.guards import guard
from libs.journal.migration import mount_journal
from libs.messaging.migration import mount_messaging
from libs.published.migration import mount_published
from libs.tenants.migration import mount_known_tenant

revision = "0001"
down_revision = None

S = "portal"
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    mount_messaging(S)
    mount_journal(S)
    mount_known_tenant(S)
    mount_published(S)
    op.create_table(
        "sign_in",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key_hash", sa.Text, nullable=False),
        sa.Column("sealed_secret", sa.Text, nullable=False),
        sa.Column("sealed_token", sa.Text, nullable=False),
        sa.Column("token_ends_at", _INSTANT, nullable=False),
        sa.Column("account", JSONB, nullable=False),
        sa.Column("memberships", JSONB, nullable=False),
        sa.Column("membership_id", sa.Uuid),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "key_hash"),
        schema=S,
    )
    op.create_table(
        "known_organisation",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("acronym", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        schema=S,
    )
    op.create_table(
        "known_edition",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("city", JSONB, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("theme", JSONB, nullable=False),
        sa.Column("unofficial", ARRAY(sa.Text), nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("sources", ARRAY(sa.Text), nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        schema=S,
    )
    op.create_table(
        "known_panel",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("unofficial", ARRAY(sa.Text), nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        schema=S,
    )
    op.create_index("known_panels_of_edition", "known_panel", ["tenant_id", "edition_id"], schema=S)
    op.create_table(
        "known_release",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("programme", JSONB, nullable=False),
        schema=S,
    )
    for table in ("sign_in", "known_organisation", "known_edition", "known_panel", "known_release"):
        guard(op.get_bind(), S, table)
    op.create_table(  # what anybody may know: no tenant's data beside its name
        "listed_day",
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("invented", sa.Boolean, nullable=False),
        schema=S,
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {S}.listed_day TO {S}")
