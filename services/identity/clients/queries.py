"""Reads of API clients, straight into structs. Of a secret, only when it was made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.errors import NoSuch
from libs.identity import Principal
from services.identity.clients.domain import OF_OWN_ORGANISATION_ONLY, ClientKind
from services.identity.clients.models import Client
from services.identity.memberships.domain import Role
from services.identity.organisations.models import KnownOrganisation


class SecretView(Struct, frozen=True):
    id: UUID
    made_at: datetime


class ClientView(Struct, frozen=True, kw_only=True):
    """`keys` are the ids of the public keys that its assertions are checked by."""

    id: UUID
    name: str
    organisation_id: UUID | None
    organisation: Text | None
    kind: ClientKind
    role: Role | None
    scopes: list[str]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    secrets: list[SecretView]
    keys: list[str]
    created_at: datetime
    ended_at: datetime | None
    version: int


async def list_clients(
    session: AsyncSession, principal: Principal, *, after: UUID | None, limit: int
) -> Sequence[ClientView]:
    """Return clients in the order in which they were made; of one's own organisation only, for who is of one."""
    listed = _seen_by(principal).order_by(Client.id).limit(limit)
    if after is not None:
        listed = listed.where(Client.id > after)
    return [_view(row) for row in await session.execute(listed)]


async def read_client(session: AsyncSession, principal: Principal, client_id: UUID) -> ClientView:
    row = (await session.execute(_seen_by(principal).where(Client.id == client_id))).one_or_none()
    if row is None:
        raise NoSuch(what="client", id=str(client_id))
    return _view(row)


def _seen_by(principal: Principal) -> Select[Client, Text]:
    seen = select(Client, KnownOrganisation.name).outerjoin(
        KnownOrganisation,
        and_(KnownOrganisation.tenant_id == Client.tenant_id, KnownOrganisation.id == Client.organisation_id),
    )
    if principal.role in OF_OWN_ORGANISATION_ONLY:
        seen = seen.where(Client.organisation_id == principal.organisation_id)
    return seen


def _view(row: Row[Client, Any]) -> ClientView:
    client, organisation = row
    return ClientView(
        id=client.id,
        name=client.name,
        organisation_id=client.organisation_id,
        organisation=organisation,
        kind=client.kind,
        role=client.role,
        scopes=client.scopes,
        redirect_uris=client.redirect_uris,
        post_logout_redirect_uris=client.post_logout_redirect_uris,
        secrets=[SecretView(each.id, each.made_at) for each in client.known_secrets],
        keys=[key["kid"] for key in client.jwks["keys"]] if client.jwks else [],
        created_at=client.created_at,
        ended_at=client.ended_at,
        version=client.version,
    )
