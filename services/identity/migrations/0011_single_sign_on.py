"""Identity providers of organisations, mail domains that they have proven, and sign-ins by a provider."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from libs.db.guards import guard, open_by_key

revision = "0011"
down_revision = "0010"

S = "identity"
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _providers()
    _domains()
    _sign_ons()
    _sign_ins()


def _providers() -> None:
    op.create_table(
        "identity_provider",
        *_key(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("preset", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("sealed_secret", sa.Text, nullable=False),
        sa.Column("public_key", JSONB),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("otherwise", sa.Text),
        sa.Column("max_age", sa.Integer),
        sa.Column("levels", ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("metadata", JSONB, nullable=False),
        sa.UniqueConstraint("tenant_id", "organisation_id", "issuer", "client_id", name="provider_once"),
        schema=S,
    )
    op.create_index("provider_by_id", "identity_provider", ["id"], unique=True, schema=S)  # before its tenant is known
    op.create_table(
        "provider_trial",
        *_key(),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("claims", JSONB, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("problems", ARRAY(sa.Text), nullable=False),
        _of_provider("id"),
        schema=S,
    )
    op.create_table(
        "sign_on_rule",
        *_key(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("compulsory", sa.Boolean, nullable=False),
        schema=S,
    )
    for table in ("identity_provider", "provider_trial", "sign_on_rule"):
        guard(op.get_bind(), S, table)
    open_by_key(op.get_bind(), S, "identity_provider", "id", "app.provider")


def _domains() -> None:
    op.create_table(
        "mail_domain",
        *_key(),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("link_hash", sa.Text),
        sa.Column("link_sent_at", _INSTANT),
        sa.Column("verified_at", _INSTANT),
        sa.UniqueConstraint("tenant_id", "organisation_id", "domain", name="domain_claimed_once"),
        schema=S,
    )
    op.create_index(
        "domain_proven_once",
        "mail_domain",
        ["tenant_id", "domain"],
        unique=True,
        postgresql_where=sa.text("verified_at IS NOT NULL"),
        schema=S,
    )
    guard(op.get_bind(), S, "mail_domain")


def _sign_ons() -> None:
    op.create_table(
        "sign_on_attempt",
        *_key(),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id")),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state_hash", sa.Text, nullable=False),
        sa.Column("browser_hash", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        _of_provider("provider_id"),
        sa.UniqueConstraint("tenant_id", "state_hash", name="state_once"),
        schema=S,
    )
    op.create_index("sign_on_attempts_by_age", "sign_on_attempt", ["tenant_id", "expires_at"], schema=S)
    op.create_table(
        "external_identity",
        *_key(),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id"), nullable=False),
        sa.Column("linked_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "organisation_id", "issuer", "subject", name="identity_once"),
        schema=S,
    )
    op.create_table(
        "linking",
        *_key(),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey(f"{S}.account.id"), nullable=False),
        sa.Column("link_hash", sa.Text, nullable=False),
        sa.Column("browser_hash", sa.Text, nullable=False),
        sa.Column("sealed_proof", sa.Text, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        _of_provider("provider_id"),
        sa.UniqueConstraint("tenant_id", "link_hash", name="linking_once"),
        schema=S,
    )
    op.create_table(
        "logout_token",
        *_key(),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        _of_provider("provider_id"),
        sa.UniqueConstraint("tenant_id", "provider_id", "token_hash", name="logout_token_once"),
        schema=S,
    )
    for table in ("sign_on_attempt", "external_identity", "linking", "logout_token"):
        guard(op.get_bind(), S, table)


def _sign_ins() -> None:
    op.add_column("membership", sa.Column("provider_id", sa.Uuid), schema=S)
    op.create_foreign_key(
        "membership_by_provider",
        "membership",
        "identity_provider",
        ["tenant_id", "provider_id"],
        ["tenant_id", "id"],
        source_schema=S,
        referent_schema=S,
    )
    op.create_table(
        "provider_session",
        *_key(),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("sealed_id_token", sa.Text, nullable=False),
        _of_provider("provider_id"),
        sa.ForeignKeyConstraint(("tenant_id", "id"), (f"{S}.sign_in.tenant_id", f"{S}.sign_in.id")),
        schema=S,
    )
    op.create_index(
        "provider_sessions_by_subject", "provider_session", ["tenant_id", "provider_id", "subject"], schema=S
    )
    guard(op.get_bind(), S, "provider_session")


def _key() -> tuple[sa.Column[object], ...]:
    return (sa.Column("tenant_id", sa.Uuid, primary_key=True), sa.Column("id", sa.Uuid, primary_key=True))


def _of_provider(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ("tenant_id", column), (f"{S}.identity_provider.tenant_id", f"{S}.identity_provider.id"), ondelete="CASCADE"
    )
