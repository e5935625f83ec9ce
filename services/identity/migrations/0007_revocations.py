"""What was given and is good no more before its time."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

S = "identity"


def upgrade() -> None:
    op.create_table(  # the deployment's own: ids and no tenant's rows; verifiers read it before they know a tenant
        "revocation",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        schema=S,
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {S}.revocation TO {S}")
