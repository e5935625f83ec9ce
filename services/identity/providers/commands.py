"""Registering providers, changing them, switching them on: load, decide, save, announce.

What a provider tells of itself was fetched before: nobody keeps a transaction open while the outside thinks.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs, to_builtins
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.uniqueness import flush_unless
from libs.fields import Line
from libs.identity import Principal
from libs.journal.commands import record
from libs.sealing import seal
from libs.web.conditional import IfMatch
from services.identity.domains.models import MailDomain
from services.identity.openid import Metadata, new_private_key, public_half
from services.identity.organisations.queries import circumstances
from services.identity.providers.domain import (
    SCOPES,
    GivenRole,
    Method,
    NoSuchProvider,
    NothingSwitchedOn,
    Preset,
    ProviderKnown,
    Rules,
    SecretMissing,
    State,
    admit_change,
    admit_switch,
)
from services.identity.providers.models import IdentityProvider, ProviderTrial, SignOnRule

SEALED_FOR = "identity provider"

Address = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$(?!\n)")]
Secret = Annotated[str, Meta(max_length=500, pattern=r"^[\x20-\x7e]*$(?!\n)")]
Scopes = Annotated[
    tuple[Annotated[str, Meta(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,80}$(?!\n)")], ...], Meta(max_length=20)
]
Levels = Annotated[tuple[Line, ...], Meta(max_length=10)]
Age = Annotated[int, Meta(ge=0, le=86_400)]


class RegisterProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider and us as its client. For `private_key_jwt` a key is made here, and its public half shown."""

    organisation_id: UUID
    preset: Preset = "generic"
    name: Line
    issuer: Address
    client_id: Address
    method: Method = "client_secret_basic"
    secret: Secret = ""
    scopes: Scopes = SCOPES
    rules: Rules = ()
    otherwise: GivenRole | None = None
    max_age: Age | None = None
    levels: Levels = ()


class ChangeProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is. What is of the connection sends a provider that is on back to be tried."""

    name: Line | UnsetType = UNSET
    issuer: Address | UnsetType = UNSET
    client_id: Address | UnsetType = UNSET
    method: Method | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    rules: Rules | UnsetType = UNSET
    otherwise: GivenRole | UnsetType | None = UNSET
    max_age: Age | UnsetType | None = UNSET
    levels: Levels | UnsetType = UNSET
    state: State | UnsetType = UNSET


class Demand(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether nobody acts for the organisation but by its provider."""

    compulsory: bool


_OF_THE_CONNECTION = frozenset({"issuer", "client_id", "method", "secret", "scopes"})
_UNTRIED = frozenset({"name", "state"})


async def register_provider(  # noqa: PLR0913, PLR0917 (the slice's four, what was fetched, the key)
    session: AsyncSession, principal: Principal, command: RegisterProvider, told: Metadata, now: datetime, key: bytes
) -> IdentityProvider:
    admit_change(principal, command.organisation_id)
    await circumstances(session, command.organisation_id, now)
    made = IdentityProvider(
        tenant_id=principal.tenant_id,
        revision=1,
        organisation_id=command.organisation_id,
        preset=command.preset,
        name=command.name,
        issuer=command.issuer,
        client_id=command.client_id,
        method=command.method,
        scopes=_scopes(command.scopes),
        rules=to_builtins(command.rules),
        otherwise=command.otherwise,
        max_age=command.max_age,
        levels=list(command.levels),
        state="draft",
        told=to_builtins(told),
    )
    _keep_secret(made, command.secret, key)
    session.add(made)
    await flush_unless(session, ProviderKnown(pointer="/client_id"))
    record(session, principal, "providers.register", made.id, now)
    return made


async def change_provider(  # noqa: PLR0913, PLR0917 (which one, from which version, what was fetched, the key)
    session: AsyncSession,
    principal: Principal,
    provider_id: UUID,
    command: ChangeProvider,
    told: Metadata | None,
    if_match: IfMatch,
    now: datetime,
    key: bytes,
) -> None:
    provider = await lock_provider(session, principal, provider_id)
    if_match.check(provider.version)
    given = {name: value for name, value in structs.asdict(command).items() if value is not UNSET}
    if command.state is not UNSET:
        tried = await session.scalar(select(ProviderTrial.revision).filter_by(id=provider_id))
        admit_switch(command.state, tried=tried, revision=provider.revision)
    if given.keys() - _UNTRIED:
        provider.revision += 1
    if provider.state == "on" and given.keys() & _OF_THE_CONNECTION:
        provider.state = "draft"
    for name, value in given.items():
        if name != "secret":
            setattr(provider, name, list(to_builtins(value)) if isinstance(value, tuple) else value)
    provider.scopes = _scopes(provider.scopes)
    if "secret" in given or "method" in given:
        _keep_secret(provider, given.get("secret", ""), key)
    if told is not None:
        provider.told = to_builtins(told)
    await flush_unless(session, ProviderKnown(pointer="/client_id"))
    record(
        session, principal, "providers.change", provider.id, now, fields=",".join(sorted(given)), state=provider.state
    )


async def demand(  # noqa: PLR0913, PLR0917 (the slice's four, whose rule, and its version)
    session: AsyncSession,
    principal: Principal,
    organisation_id: UUID,
    command: Demand,
    if_match: IfMatch,
    now: datetime,
) -> None:
    """Make single sign-on compulsory for an organisation, or not any more; version 0 is of a rule never made."""
    admit_change(principal, organisation_id)
    standing = await session.scalar(select(SignOnRule).filter_by(id=organisation_id).with_for_update())
    if_match.check(standing.version if standing else 0)
    await circumstances(session, organisation_id, now)
    if command.compulsory and not await _is_usable(session, organisation_id):
        raise NothingSwitchedOn(pointer="/compulsory")
    key = {"tenant_id": principal.tenant_id, "id": organisation_id}
    row = insert(SignOnRule).values(key | {"version": 1, "compulsory": command.compulsory})
    set_ = {"compulsory": command.compulsory, "version": SignOnRule.version + 1}
    await session.execute(row.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=set_))
    record(
        session, principal, "single-sign-on.demand", organisation_id, now, compulsory=str(command.compulsory).lower()
    )


async def lock_provider(session: AsyncSession, principal: Principal, provider_id: UUID) -> IdentityProvider:
    """Return a provider that the caller may change; raise `NoSuchProvider` for any other."""
    found = await session.scalar(select(IdentityProvider).filter_by(id=provider_id).with_for_update())
    if found is None:
        raise NoSuchProvider
    admit_change(principal, found.organisation_id)
    return found


async def _is_usable(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether somebody of the organisation could sign in by a provider at all."""
    on = select(func.count()).select_from(IdentityProvider).filter_by(organisation_id=organisation_id, state="on")
    proven = select(func.count()).select_from(MailDomain).filter_by(organisation_id=organisation_id)
    switched = await session.scalar(on)
    return bool(switched and await session.scalar(proven.where(MailDomain.verified_at.is_not(None))))


def _scopes(asked: Scopes | list[str]) -> list[str]:
    """Return them with `openid` among them, each once: without it there is no ID token."""
    return list(dict.fromkeys(["openid", *asked]))


def _keep_secret(provider: IdentityProvider, secret: str, key: bytes) -> None:
    """Seal the client's secret, or a new private key; raise `SecretMissing` where there is neither."""
    provider.public_key = None
    if provider.method == "private_key_jwt":
        private = new_private_key()
        provider.public_key = public_half(private)
        secret = msgspec.json.encode(private).decode()
    elif not secret:
        raise SecretMissing(pointer="/secret")
    provider.sealed_secret = seal(key, SEALED_FOR, secret)
