"""What people let applications do in their name, the refresh tokens of it, and assertions that were used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from libs.db.guards import guard

revision = "0005"
down_revision = "0004"

S = "identity"
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("client_id", sa.Uuid, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text),
        sa.Column("nonce", sa.Text),
        sa.Column("code_challenge", sa.Text, nullable=False),
        sa.Column("signed_in_since", _INSTANT),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id")),
        sa.Column("membership_id", sa.Uuid),
        sa.Column("signed_in_at", _INSTANT),
        sa.Column("decision", sa.Text),
        sa.Column("decided_at", _INSTANT),
        sa.Column("code_hash", sa.Text),
        sa.Column("code_used_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.ForeignKeyConstraint(("tenant_id", "client_id"), (f"{S}.client.tenant_id", f"{S}.client.id")),
        sa.ForeignKeyConstraint(("tenant_id", "membership_id"), (f"{S}.membership.tenant_id", f"{S}.membership.id")),
        sa.UniqueConstraint("tenant_id", "code_hash", name="code_once"),
        schema=S,
    )
    op.create_index("consents_by_account", "consent", ["tenant_id", "account_id"], schema=S)
    op.create_index("consents_by_age", "consent", ["tenant_id", "asked_at"], schema=S)
    op.create_table(
        "refresh_token",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("consent_id", sa.Uuid, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.Column("successor_id", sa.Uuid),
        sa.ForeignKeyConstraint(
            ("tenant_id", "consent_id"), (f"{S}.consent.tenant_id", f"{S}.consent.id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("tenant_id", "hash", name="refresh_token_once"),
        schema=S,
    )
    op.create_index("refresh_tokens_by_consent", "refresh_token", ["tenant_id", "consent_id"], schema=S)
    op.create_table(
        "client_assertion",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("client_id", sa.Uuid, primary_key=True),
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("expires_at", _INSTANT, nullable=False),
        schema=S,
    )
    op.create_index("client_assertions_by_age", "client_assertion", ["tenant_id", "expires_at"], schema=S)
    for table in ("consent", "refresh_token", "client_assertion"):
        guard(op.get_bind(), S, table)
