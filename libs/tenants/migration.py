"""The projection's table in a service's schema, as its first migration makes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.db.guards import guard, open_by_key, open_to_relay


def mount_known_tenant(service: str) -> None:
    op.create_table(
        "known_tenant",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("languages", ARRAY(sa.Text), nullable=False),
        sa.Column("patronage", JSONB, nullable=False),
        sa.Column("co_organisers", ARRAY(sa.Uuid), nullable=False),
        sa.Column("protected", ARRAY(sa.Text), nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("invented", sa.Boolean, nullable=False),
        schema=service,
    )
    connection = op.get_bind()
    guard(connection, service, "known_tenant")
    open_by_key(connection, service, "known_tenant", "slug", "app.slug")
    open_to_relay(connection, service, "known_tenant", "SELECT")  # who announces must know to whose days
