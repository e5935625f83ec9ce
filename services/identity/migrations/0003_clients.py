"""Clients of two kinds, with up to two secrets, keys, addresses to lead people back to, and an end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"

S = "identity"
_INSTANT = sa.DateTime(timezone=True)
# `secret_hash` stays, for processes of the code before this: they let in whom they knew
_MOVE = """
    UPDATE identity.client SET secrets = jsonb_build_array(jsonb_build_object(
        'id', gen_random_uuid(), 'hash', secret_hash, 'made_at', to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
"""


def upgrade() -> None:
    empty = sa.text("'{}'")
    for column in (
        sa.Column("kind", sa.Text, nullable=False, server_default="machine"),
        sa.Column("secrets", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("jwks", JSONB),
        sa.Column("redirect_uris", ARRAY(sa.Text), nullable=False, server_default=empty),
        sa.Column("post_logout_redirect_uris", ARRAY(sa.Text), nullable=False, server_default=empty),
        sa.Column("created_at", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("ended_at", _INSTANT),
    ):
        op.add_column("client", column, schema=S)
    op.alter_column("client", "role", nullable=True, schema=S)
    op.alter_column("client", "secret_hash", nullable=True, schema=S)
    op.execute(f"ALTER TABLE {S}.client NO FORCE ROW LEVEL SECURITY")  # of all tenants: the owner is bound too
    op.execute(_MOVE)
    op.execute(f"ALTER TABLE {S}.client FORCE ROW LEVEL SECURITY")
