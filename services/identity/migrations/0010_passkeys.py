"""Passkeys, and the questions that devices are to answer."""

import sqlalchemy as sa
from alembic import op

from libs.db.guards import guard

revision = "0010"
down_revision = "0009"

S = "identity"
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id"), nullable=False),
        sa.Column("credential_id", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.UniqueConstraint("tenant_id", "credential_id", name="passkey_once"),
        schema=S,
    )
    op.create_index("passkeys_of_account", "passkey", ["tenant_id", "account_id", "id"], schema=S)
    op.create_table(
        "passkey_challenge",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id")),
        sa.Column("expires_at", _INSTANT, nullable=False),
        schema=S,
    )
    op.create_index("challenges_by_age", "passkey_challenge", ["tenant_id", "expires_at"], schema=S)
    for table in ("passkey", "passkey_challenge"):
        guard(op.get_bind(), S, table)
