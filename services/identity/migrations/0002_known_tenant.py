"""Who announces asks every service for its tenants under one name; identity's are its own."""

from alembic import op

from libs.db.guards import open_to_relay

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    open_to_relay(op.get_bind(), "identity", "tenant", "SELECT")
    op.execute(
        "CREATE VIEW identity.known_tenant WITH (security_invoker = true) AS SELECT tenant_id FROM identity.tenant"
    )
    op.execute("GRANT SELECT ON identity.known_tenant TO identity_relay")
