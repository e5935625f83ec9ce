"""Who was not let in as a client, while it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

S = "identity"


def upgrade() -> None:
    op.create_table(  # of clients that there are and of those that there are not: no tenant's rows
        "refused_client",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema=S,
    )
    op.create_index("refused_clients_by_name", "refused_client", ["name", "at"], schema=S)
    op.create_index("refused_clients_by_age", "refused_client", ["at"], schema=S)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {S}.refused_client TO {S}")
