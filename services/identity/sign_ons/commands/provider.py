"""A provider as a sign-on needs it: with its secrets opened."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.sealing import unseal
from services.identity.openid import Client
from services.identity.providers.commands import SEALED_FOR
from services.identity.providers.domain import NoSuchProvider, Rule, State
from services.identity.providers.models import IdentityProvider
from services.identity.sign_ons.domain import (
    ProviderOff,
)
from services.identity.sign_ons.models import (
    Purpose,
)


class Provider(Struct, frozen=True, kw_only=True):
    """A provider as a sign-on needs it, outside of any transaction."""

    id: UUID
    revision: int
    organisation_id: UUID
    name: str
    issuer: str
    client: Client
    scopes: tuple[str, ...]
    rules: tuple[Rule, ...]
    otherwise: Any
    max_age: int | None
    levels: tuple[str, ...]
    state: State


async def provider_for(session: AsyncSession, provider_id: UUID, purpose: Purpose, key: bytes) -> Provider:
    """Return a provider that may be gone to; raise `ProviderOff` for one that is only to be tried."""
    found = await session.scalar(select(IdentityProvider).filter_by(id=provider_id))
    if found is None:
        raise NoSuchProvider
    if purpose == "sign-in" and found.state != "on":
        raise ProviderOff(name=found.name)
    return opened(found, key)


async def provider_of_all(session: AsyncSession, provider_id: UUID, key: bytes) -> tuple[UUID, Provider] | None:
    """Return a provider and its tenant, before a tenant is known: the transaction sees no other row."""
    found = await session.scalar(select(IdentityProvider).filter_by(id=provider_id))
    return None if found is None else (found.tenant_id, opened(found, key))


def opened(found: IdentityProvider, key: bytes) -> Provider:
    return Provider(
        id=found.id,
        revision=found.revision,
        organisation_id=found.organisation_id,
        name=found.name,
        issuer=found.issuer,
        client=Client(
            client_id=found.client_id, method=found.method, secret=unseal(key, SEALED_FOR, found.sealed_secret)
        ),
        scopes=tuple(found.scopes),
        rules=msgspec.convert(found.rules, tuple[Rule, ...]),
        otherwise=found.otherwise,
        max_age=found.max_age,
        levels=tuple(found.levels),
        state=found.state,
    )
