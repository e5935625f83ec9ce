"""The tables of approvals in a service's schema, as its first migration makes them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.db.guards import guard

_INSTANT = sa.DateTime(timezone=True)


def mount_approvals(service: str) -> None:
    op.create_table(
        "approval",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("signatories", ARRAY(sa.Uuid), nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_for", sa.Uuid),
        sa.Column("proposed_at", _INSTANT, nullable=False),
        sa.Column("closed_at", _INSTANT),
        schema=service,
    )
    op.create_table(
        "approval_decision",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("approval_id", sa.Uuid, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ("tenant_id", "approval_id"), (f"{service}.approval.tenant_id", f"{service}.approval.id")
        ),
        schema=service,
    )
    open_once = sa.text("state = 'open'")
    op.create_index(
        "approval_open_once",
        "approval",
        ["tenant_id", "kind", "subject_id"],
        unique=True,
        postgresql_where=open_once,
        schema=service,
    )
    op.create_index("approval_decisions", "approval_decision", ["tenant_id", "approval_id"], schema=service)
    guard(op.get_bind(), service, "approval")
    guard(op.get_bind(), service, "approval_decision", rights="append")
