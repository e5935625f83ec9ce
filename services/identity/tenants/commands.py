"""Changes to tenants: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, structs
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.contracts.events import TenantChanged
from libs.fields import Email, Language, Line, Slug, Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.zones import zone_info
from services.identity.accounts.commands import account_of
from services.identity.links.addresses import sign_in_address
from services.identity.links.commands import add_link
from services.identity.memberships.models import Membership
from services.identity.tenants.domain import Protected, SlugTaken, admit_slug
from services.identity.tenants.models import Tenant

Country = Annotated[str, Meta(max_length=2, pattern=r"^[A-Z]{2}$")]  # ISO 3166-1
Languages = Annotated[list[Language], Meta(min_length=1, max_length=3)]


class Administrator(Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    name: Line
    language: Language


class CreateTenant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new day. `administrator` is who may do everything in it first, and appoints the others."""

    slug: Slug
    name: Words
    country: Country
    timezone: Line
    languages: Languages
    administrator: Administrator
    patronage: Words | None = None
    protected: tuple[Protected, ...] = ("theme", "panel", "announcement", "release")
    demonstration: bool = False
    invented: bool = False


class ChangeTenant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Words | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    patronage: Words | UnsetType = UNSET
    co_organisers: tuple[UUID, ...] | UnsetType = UNSET  # organisations, in the order of protocol
    protected: tuple[Protected, ...] | UnsetType = UNSET


async def create_tenant(
    session: AsyncSession, principal: Principal, command: CreateTenant, now: datetime, settings: Settings
) -> str:
    """Make the tenant that the transaction is in; return the address that signs its first administrator in.

    `principal` names the new tenant: its id, which the caller has chosen, and its slug.
    """
    admit_slug(command.slug)
    zone_info(command.timezone)
    await _claim_slug(session, principal, command)
    tenant = await _lock(session)
    administrator = await _appoint_administrator(session, principal, command.administrator, now)
    link = add_link(session, administrator, "membership", now)
    await session.flush()
    publish(session, tenant_changed(tenant), now)
    record(session, principal, "tenant.create", principal.tenant_id, now)
    return sign_in_address(settings.base_url, command.administrator.language, command.slug, link)


async def change_tenant(session: AsyncSession, principal: Principal, command: ChangeTenant, now: datetime) -> None:
    tenant = await _lock(session)
    for name, value in structs.asdict(command).items():
        if value is not UNSET:
            setattr(tenant, name, list(value) if isinstance(value, tuple) else value)
    await session.flush()
    publish(session, tenant_changed(tenant), now)
    record(session, principal, "tenant.change", principal.tenant_id, now)


def tenant_changed(tenant: Tenant) -> TenantChanged:
    return TenantChanged(
        tenant_id=tenant.tenant_id,
        id=tenant.tenant_id,
        version=tenant.version,
        slug=tenant.slug,
        name=tenant.name,
        country=tenant.country,
        timezone=tenant.timezone,
        languages=tuple(tenant.languages),
        patronage=tenant.patronage,
        co_organisers=tuple(tenant.co_organisers),
        protected=tuple(tenant.protected),
        demonstration=tenant.demonstration,
        invented=tenant.invented,
    )


async def _claim_slug(session: AsyncSession, principal: Principal, command: CreateTenant) -> None:
    """Write the tenant, unless another one has its slug: that one's row cannot be seen from here, only met."""
    row = insert(Tenant).values(
        tenant_id=principal.tenant_id,
        version=1,
        slug=command.slug,
        name=command.name,
        country=command.country,
        timezone=command.timezone,
        languages=command.languages,
        patronage=command.patronage or {},
        co_organisers=[],
        protected=list(command.protected),
        demonstration=command.demonstration,
        invented=command.invented,
    )
    if await session.scalar(row.on_conflict_do_nothing().returning(Tenant.tenant_id)) is None:
        raise SlugTaken(slug=command.slug, pointer="/slug")


async def _appoint_administrator(
    session: AsyncSession, principal: Principal, person: Administrator, now: datetime
) -> Membership:
    membership = Membership(
        tenant_id=principal.tenant_id,
        account_id=await account_of(session, person.email, person.language),
        name=person.name,
        role="administrator",
        state="invited",
        valid_from=now.date(),
    )
    session.add(membership)
    await session.flush()
    return membership


async def _lock(session: AsyncSession) -> Tenant:
    return (await session.scalars(select(Tenant).with_for_update())).one()
