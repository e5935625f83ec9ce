"""Tenants, accounts, memberships, clients, sign-ins and their links, signing keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.db.guards import close, guard, open_by_key, open_to_new_key
from libs.journal.migration import mount_journal
from libs.messaging.migration import mount_messaging
from libs.web.migration import mount_idempotency_keys

revision = "0001"
down_revision = None

S = "identity"
# who has a mandate in a tenant is known there; membership's own policy says which tenant that is
_MEMBERS_ACCOUNTS = """
    CREATE POLICY member ON identity.account FOR SELECT TO identity
    USING (EXISTS (SELECT FROM identity.membership WHERE membership.account_id = account.id))
"""
# in one round trip: name the one account to be opened, make it where it is new, return its id
_ACCOUNT_OF = """
    CREATE FUNCTION identity.account_of(address text, new_id uuid, new_language text) RETURNS uuid
    LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('app.account', address, true);
        INSERT INTO identity.account (id, email, language) VALUES (new_id, address, new_language)
            ON CONFLICT DO NOTHING;
        RETURN (SELECT id FROM identity.account WHERE email = address);
    END $$
"""
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    mount_messaging(S)
    mount_journal(S)
    mount_idempotency_keys(S)
    _tenants()
    _memberships()
    _sign_ins()
    _clients()


def _tenants() -> None:
    op.create_table(
        "tenant",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False, unique=True),  # of all tenants: it is in the address
        sa.Column("name", JSONB, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("languages", ARRAY(sa.Text), nullable=False),
        sa.Column("patronage", JSONB, nullable=False),
        sa.Column("co_organisers", ARRAY(sa.Uuid), nullable=False),
        sa.Column("protected", ARRAY(sa.Text), nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("invented", sa.Boolean, nullable=False),
        schema=S,
    )
    guard(op.get_bind(), S, "tenant")
    open_by_key(op.get_bind(), S, "tenant", "slug", "app.slug")


def _memberships() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("language", sa.Text, nullable=False),
        schema=S,
    )
    op.create_table(
        "membership",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.UniqueConstraint(
            "tenant_id",
            "account_id",
            "organisation_id",
            "role",
            name="mandate_once",
            postgresql_nulls_not_distinct=True,
        ),
        schema=S,
    )
    op.create_table(
        "known_organisation",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        schema=S,
    )
    connection = op.get_bind()
    guard(connection, S, "membership")
    guard(connection, S, "known_organisation")
    close(connection, S, "account", rights="append")
    open_by_key(connection, S, "account", "email", "app.account")
    open_to_new_key(connection, S, "account", "email", "app.account")
    op.execute(_MEMBERS_ACCOUNTS)
    op.execute(_ACCOUNT_OF)


def _sign_ins() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id"), nullable=False),
        sa.Column("membership_id", sa.Uuid),
        sa.Column("expires_at", _INSTANT),
        sa.Column("used_at", _INSTANT),
        sa.ForeignKeyConstraint(("tenant_id", "membership_id"), (f"{S}.membership.tenant_id", f"{S}.membership.id")),
        sa.UniqueConstraint("tenant_id", "hash", name="link_once"),
        schema=S,
    )
    op.create_table(
        "link_request",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        schema=S,
    )
    op.create_index("link_requests_by_address", "link_request", ["tenant_id", "address", "at"], schema=S)
    op.create_index("link_requests_by_age", "link_request", ["tenant_id", "at"], schema=S)
    op.create_table(
        "sign_in",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id"), nullable=False),
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("membership_id", sa.Uuid),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.ForeignKeyConstraint(("tenant_id", "link_id"), (f"{S}.sign_in_link.tenant_id", f"{S}.sign_in_link.id")),
        sa.ForeignKeyConstraint(("tenant_id", "membership_id"), (f"{S}.membership.tenant_id", f"{S}.membership.id")),
        schema=S,
    )
    for table in ("sign_in_link", "link_request", "sign_in"):
        guard(op.get_bind(), S, table)


def _clients() -> None:
    op.create_table(
        "client",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        schema=S,
    )
    op.create_index("client_by_id", "client", ["id"], unique=True, schema=S)  # looked up before its tenant is known
    op.create_table(  # the deployment's own: no tenant's rows, its private halves sealed with the deployment's key
        "signing_key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False, unique=True),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("public", JSONB, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        schema=S,
    )
    guard(op.get_bind(), S, "client")
    open_by_key(op.get_bind(), S, "client", "id", "app.client")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {S}.signing_key TO {S}")
