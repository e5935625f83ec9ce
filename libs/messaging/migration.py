"""The tables of messaging in a service's schema, as its first migration makes them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from libs.db.guards import guard, open_to_relay

_INSTANT = sa.DateTime(timezone=True)


def mount_due(service: str) -> None:
    """Make the table of a service's facts that are told later."""
    op.create_table(
        "due",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        schema=service,
    )
    connection = op.get_bind()
    guard(connection, service, "due", rights="append")
    open_to_relay(connection, service, "due")
    op.execute(f"CREATE INDEX due_when ON {service}.due (due_at)")
    op.execute(f"GRANT INSERT ON {service}.outbox TO {service}_relay")


def carry_traces(service: str) -> None:
    """Let the outbox keep with each fact the trace that it was written in."""
    op.add_column("outbox", sa.Column("traceparent", sa.Text), schema=service)


def mount_messaging(service: str) -> None:
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("pos", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("occurred_at", _INSTANT, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        sa.Column("sent_at", _INSTANT),
        schema=service,
    )
    op.create_table(
        "inbox",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("handler", sa.Text, primary_key=True),
        sa.Column("received_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        schema=service,
    )
    op.create_table(
        "parked",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("envelope", JSONB, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("parked_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        schema=service,
    )
    op.create_table(  # no tenant's data: whether a worker of this service lives
        "worker",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("seen_at", _INSTANT, nullable=False),
        schema=service,
    )
    connection = op.get_bind()
    guard(connection, service, "outbox", rights="append")
    guard(connection, service, "inbox", rights="append")
    guard(connection, service, "parked", rights="append")
    for table in ("outbox", "inbox", "parked"):
        open_to_relay(connection, service, table)
    op.execute(f"CREATE INDEX outbox_waiting ON {service}.outbox (pos) WHERE sent_at IS NULL")
    op.execute(f"GRANT SELECT ON {service}.worker TO {service}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {service}.worker TO {service}_relay")
    op.execute(
        f"CREATE FUNCTION {service}.outbox_wakes_relay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_notify('outbox', '{service}'); RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER wakes_relay AFTER INSERT ON {service}.outbox "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {service}.outbox_wakes_relay()"
    )
