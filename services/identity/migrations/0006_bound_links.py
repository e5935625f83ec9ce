"""A mailed link signs in where it was asked for; tries are counted."""

import sqlalchemy as sa
from alembic import op

from libs.db.guards import guard

revision = "0006"
down_revision = "0005"

S = "identity"


def upgrade() -> None:
    op.add_column("sign_in_link", sa.Column("browser_hash", sa.Text), schema=S)
    op.add_column("sign_in_link", sa.Column("code_hash", sa.Text), schema=S)
    op.create_index("links_by_code", "sign_in_link", ["tenant_id", "code_hash"], schema=S)
    op.create_table(
        "attempt",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema=S,
    )
    op.create_index("attempts_by_whom", "attempt", ["tenant_id", "by", "at"], schema=S)
    op.create_index("attempts_by_age", "attempt", ["tenant_id", "at"], schema=S)
    guard(op.get_bind(), S, "attempt")
