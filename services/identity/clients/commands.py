"""Making, changing and ending API clients: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.contracts.events import ClientChanged
from libs.errors import NoSuch
from libs.fields import Line
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.sealing import fingerprint, new_link
from libs.web.conditional import IfMatch
from services.identity.clients.addresses import MOST_ADDRESSES, admit_addresses
from services.identity.clients.domain import (
    OF_OWN_ORGANISATION_ONLY,
    ClientEnded,
    ClientKind,
    LastWayIn,
    RedirectMissing,
    Secret,
    admit_maker,
    admit_scopes,
    with_secret,
    without_secret,
)
from services.identity.clients.keys import admit_keys
from services.identity.clients.models import Client
from services.identity.memberships.domain import Mandate, Role
from services.identity.organisations.queries import circumstances
from services.identity.tokens.commands import revoke

Scopes = Annotated[list[Annotated[str, Meta(max_length=80)]], Meta(min_length=1, max_length=20)]
Addresses = Annotated[list[Annotated[str, Meta(max_length=500)]], Meta(max_length=MOST_ADDRESSES)]


class CreateClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine does at most what `role` may, an application what those may who agree; of that, what scopes open.

    An application of an organisation is for those who act for it, one without an organisation for everybody.
    """

    name: Line
    organisation_id: UUID | None = None
    kind: ClientKind = "machine"
    role: Role | None = None
    scopes: Scopes
    redirect_uris: Addresses = []
    post_logout_redirect_uris: Addresses = []
    jwks: dict[str, Any] | None = None


class ChangeClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is; `jwks: null` takes the keys away."""

    name: Line | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    redirect_uris: Addresses | UnsetType = UNSET
    post_logout_redirect_uris: Addresses | UnsetType = UNSET
    jwks: dict[str, Any] | UnsetType | None = UNSET


class NewClient(Struct, frozen=True):
    """The secret is told now and never again; a client with keys has none."""

    client_id: UUID
    client_secret: str


class NewSecret(Struct, frozen=True):
    id: UUID
    client_secret: str


async def create_client(
    session: AsyncSession, principal: Principal, command: CreateClient, now: datetime, *, secret: str | None = None
) -> NewClient:
    """Make a client; its secret is a new one, or `secret` for who must know it again (the demonstration)."""
    role = (command.role or "representative") if command.kind == "machine" else None
    await _admit(session, principal, command.organisation_id, command.kind, role, now)
    admit_scopes(command.scopes, command.kind)
    admit_addresses(command.redirect_uris, "/redirect_uris")
    admit_addresses(command.post_logout_redirect_uris, "/post_logout_redirect_uris")
    if command.kind == "application" and not command.redirect_uris:
        raise RedirectMissing(pointer="/redirect_uris")
    told = "" if command.jwks else secret or new_link()
    client = Client(
        tenant_id=principal.tenant_id,
        name=command.name,
        organisation_id=command.organisation_id,
        kind=command.kind,
        role=role,
        scopes=command.scopes,
        secrets=[],
        jwks=admit_keys(command.jwks) if command.jwks else None,
        redirect_uris=command.redirect_uris,
        post_logout_redirect_uris=command.post_logout_redirect_uris,
        created_at=now,
    )
    client.known_secrets = [Secret(uuid7(), fingerprint(told), now)] if told else []
    session.add(client)
    await session.flush()
    publish(session, client_changed(client), now)
    record(session, principal, "clients.create", client.id, now)
    return NewClient(client.id, told)


async def change_client(  # noqa: PLR0913, PLR0917 (the slice's, and what it was changed from)
    session: AsyncSession,
    principal: Principal,
    client_id: UUID,
    command: ChangeClient,
    if_match: IfMatch,
    now: datetime,
) -> None:
    client = await _lock(session, principal, client_id, if_match)
    await _admit(session, principal, client.organisation_id, client.kind, client.role, now)
    if command.scopes is not UNSET:
        admit_scopes(command.scopes, client.kind)
        client.scopes = command.scopes
    if command.redirect_uris is not UNSET:
        admit_addresses(command.redirect_uris, "/redirect_uris")
        client.redirect_uris = command.redirect_uris
    if command.post_logout_redirect_uris is not UNSET:
        admit_addresses(command.post_logout_redirect_uris, "/post_logout_redirect_uris")
        client.post_logout_redirect_uris = command.post_logout_redirect_uris
    if command.jwks is not UNSET:
        if command.jwks is None and not client.secrets:
            raise LastWayIn(pointer="/jwks")
        client.jwks = None if command.jwks is None else admit_keys(command.jwks)
    if command.name is not UNSET:
        client.name = command.name
    if client.kind == "application" and not client.redirect_uris:
        raise RedirectMissing(pointer="/redirect_uris")
    await _announce(session, principal, client, "clients.change", now)


async def add_secret(session: AsyncSession, principal: Principal, client_id: UUID, now: datetime) -> NewSecret:
    """Make a client's next secret; the one before stays good until it is dropped."""
    client = await _lock(session, principal, client_id)
    await _admit(session, principal, client.organisation_id, client.kind, client.role, now)
    told = new_link()
    secret = Secret(uuid7(), fingerprint(told), now)
    client.known_secrets = with_secret(client.known_secrets, secret)
    await _announce(session, principal, client, "clients.add_secret", now)
    return NewSecret(secret.id, told)


async def drop_secret(
    session: AsyncSession, principal: Principal, client_id: UUID, secret_id: UUID, now: datetime
) -> None:
    """Let a secret be good no more; once more is harmless."""
    client = await _lock(session, principal, client_id)
    left = without_secret(client.known_secrets, secret_id, has_keys=client.jwks is not None)
    if len(left) != len(client.secrets):
        client.known_secrets = left
        await _announce(session, principal, client, "clients.drop_secret", now)


async def end_client(
    session: AsyncSession, principal: Principal, client_id: UUID, if_match: IfMatch, now: datetime
) -> None:
    """Let a client in no more. Whoever may see it may do this: it takes rights away and gives none."""
    client = await _lock(session, principal, client_id, if_match)
    client.ended_at = now
    client.secrets, client.jwks = [], None
    await revoke(session, f"client:{client.id}", now)
    await _announce(session, principal, client, "clients.end", now)


def client_changed(client: Client) -> ClientChanged:
    return ClientChanged(
        tenant_id=client.tenant_id,
        id=client.id,
        version=client.version,
        organisation_id=client.organisation_id,
        scopes=tuple(client.scopes),
        revoked=client.ended_at is not None,
    )


async def _admit(  # noqa: PLR0913, PLR0917 (who, and which client)
    session: AsyncSession,
    principal: Principal,
    organisation_id: UUID | None,
    kind: ClientKind,
    role: Role | None,
    now: datetime,
) -> None:
    """Return if `principal` may make or change a client that can do this much; raise the reason if not."""
    there = await circumstances(session, organisation_id, now)
    admit_maker(principal, organisation_id, kind, role)
    if role is not None:
        mandate = Mandate(role, organisation_id)
        mandate.admit(giver=principal.role, giver_organisation_id=principal.organisation_id, today=there.today)


async def _lock(
    session: AsyncSession, principal: Principal, client_id: UUID, if_match: IfMatch | None = None
) -> Client:
    """Return a client that is still there, for a change."""
    wanted = select(Client).filter_by(id=client_id).with_for_update()
    if principal.role in OF_OWN_ORGANISATION_ONLY:
        wanted = wanted.filter_by(organisation_id=principal.organisation_id)
    client = await session.scalar(wanted)
    if client is None:
        raise NoSuch(what="client", id=str(client_id))
    if if_match is not None:
        if_match.check(client.version)
    if client.ended_at is not None:
        raise ClientEnded
    return client


async def _announce(session: AsyncSession, principal: Principal, client: Client, action: str, now: datetime) -> None:
    await session.flush()
    publish(session, client_changed(client), now)
    record(session, principal, action, client.id, now)
