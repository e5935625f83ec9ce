"""Making API clients: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import ClientChanged
from libs.fields import Line
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.sealing import fingerprint, new_link
from services.identity.clients.domain import admit_scopes
from services.identity.clients.models import Client
from services.identity.memberships.domain import Mandate, Role
from services.identity.organisations.queries import circumstances


class CreateClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine of an organisation: at most what `role` may, and of that what its scopes open."""

    name: Line
    organisation_id: UUID | None
    role: Role
    scopes: Annotated[list[str], Meta(min_length=1, max_length=20)]


class NewClient(Struct, frozen=True):
    """The secret is told now and never again."""

    client_id: UUID
    client_secret: str


async def create_client(
    session: AsyncSession, principal: Principal, command: CreateClient, now: datetime, *, secret: str | None = None
) -> NewClient:
    """Make a client; its secret is a new one, or `secret` for who must know it again (the demonstration)."""
    there = await circumstances(session, command.organisation_id, now)
    admit_scopes(command.scopes)
    mandate = Mandate(command.role, command.organisation_id)
    mandate.admit(giver=principal.role, giver_organisation_id=principal.organisation_id, today=there.today)
    secret = secret or new_link()
    client = Client(
        tenant_id=principal.tenant_id,
        name=command.name,
        organisation_id=command.organisation_id,
        role=command.role,
        scopes=command.scopes,
        secret_hash=fingerprint(secret),
    )
    session.add(client)
    await session.flush()
    publish(session, client_changed(client), now)
    record(session, principal, "clients.create", client.id, now)
    return NewClient(client.id, secret)


def client_changed(client: Client) -> ClientChanged:
    return ClientChanged(
        tenant_id=client.tenant_id,
        id=client.id,
        version=client.version,
        organisation_id=client.organisation_id,
        scopes=tuple(client.scopes),
    )
