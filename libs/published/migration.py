"""The table of published documents in a service's schema; a change tells every web process (NOTIFY), and counts."""

import sqlalchemy as sa
from alembic import op

from libs.db.guards import guard


def mount_published(service: str) -> None:
    op.create_table(
        "published",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("cache_control", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("identity", sa.LargeBinary, nullable=False),
        sa.Column("br", sa.LargeBinary, nullable=False),
        sa.Column("gzip", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        schema=service,
    )
    guard(op.get_bind(), service, "published")
    op.execute(f"CREATE SEQUENCE {service}.published_changes")
    op.execute(f"GRANT SELECT, USAGE ON SEQUENCE {service}.published_changes TO {service}")
    op.execute(
        f"CREATE FUNCTION {service}.published_tells() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM nextval('{service}.published_changes'); "
        f"PERFORM pg_notify('published_{service}', coalesce(NEW.path, OLD.path)); RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER tells AFTER INSERT OR UPDATE OR DELETE ON {service}.published "
        f"FOR EACH ROW EXECUTE FUNCTION {service}.published_tells()"
    )
