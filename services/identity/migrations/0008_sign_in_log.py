"""By what and with which device somebody signed in, and when they were last there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

S = "identity"


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("by", sa.Text, nullable=False, server_default="mailed"), schema=S)
    op.add_column("sign_in", sa.Column("device", sa.Text, nullable=False, server_default=""), schema=S)
    seen = sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    op.add_column("sign_in", seen, schema=S)
    op.create_index("sign_ins_of_account", "sign_in", ["tenant_id", "account_id", "id"], schema=S)
    op.create_index("sign_ins_for_mandate", "sign_in", ["tenant_id", "membership_id", "id"], schema=S)
    op.alter_column("sign_in", "link_id", nullable=True, schema=S)
