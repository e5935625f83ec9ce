"""Who is calling. Issued by the identity service, carried in the access token."""

from uuid import UUID

from msgspec import Struct


class Principal(Struct, frozen=True, kw_only=True):
    """One caller in one tenant.

    A person has an `account_id`, a machine a `client_id`, a speaker an `invitation_id`; the public has none of them.
    `sign_in_id` is the sign-in that a person's own token comes from; a program's has none.
    `link_hash` is the SHA-256 (hex) of the invitation link that a speaker came by.
    """

    tenant_id: UUID
    tenant: str
    role: str
    organisation_id: UUID | None = None
    account_id: UUID | None = None
    client_id: UUID | None = None
    invitation_id: UUID | None = None
    sign_in_id: UUID | None = None
    link_hash: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def actor(self) -> str:
        """Return who acts, as it is written in facts and in the journal: a kind and an id, never a name."""
        for kind, identifier in (
            ("account", self.account_id),
            ("client", self.client_id),
            ("invitation", self.invitation_id),
        ):
            if identifier is not None:
                return f"{kind}:{identifier}"
        return self.role
