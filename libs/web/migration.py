"""The table of idempotency keys in a service's schema, as its first migration makes it."""

import sqlalchemy as sa
from alembic import op

from libs.db.guards import guard, open_to_relay


def mount_idempotency_keys(service: str) -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.JSON),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        schema=service,
    )
    guard(op.get_bind(), service, "idempotency_key")
    open_to_relay(op.get_bind(), service, "idempotency_key", "SELECT, DELETE")  # which forgets them after a day
