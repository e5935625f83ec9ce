"""Changes to organisations: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.fields import Language, Line, Slug, Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.regions import require_region
from libs.tenants.queries import known_tenant
from libs.web.conditional import IfMatch
from services.stakeholders.db import flush_unless
from services.stakeholders.organisations.domain import (
    Kind,
    NoSuchParent,
    SlugTaken,
    check_parent,
    found_by,
    rename,
)
from services.stakeholders.organisations.models import Organisation

Acronym = Annotated[Line, Meta(max_length=20)]
ChangedWords = Annotated[dict[Language, Line | None], Meta(max_length=3)]  # merged; null takes a language away


class CreateOrganisation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    slug: Slug
    kind: Kind
    name: Words
    acronym: Acronym | None = None
    sector: Slug | None = None
    region: Slug | None = None
    parent_id: UUID | None = None


class ChangeOrganisation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merge patch (RFC 7396): what is not there stays, null takes away."""

    kind: Kind | UnsetType = UNSET
    name: ChangedWords | UnsetType = UNSET
    acronym: Acronym | UnsetType | None = UNSET
    sector: Slug | UnsetType | None = UNSET
    region: Slug | UnsetType | None = UNSET
    parent_id: UUID | UnsetType | None = UNSET


async def create_organisation(
    session: AsyncSession, principal: Principal, command: CreateOrganisation, now: datetime
) -> Organisation:
    await _check_region(session, command.region)
    await _check_parent_exists(session, principal, command.parent_id)
    organisation = Organisation(
        tenant_id=principal.tenant_id,
        slug=command.slug,
        kind=command.kind,
        acronym=command.acronym or "",
        name=rename({}, command.name),
        sector=command.sector or "",
        region=command.region or "",
        parent_id=command.parent_id,
    )
    return await _save(session, principal, organisation, now)


async def change_organisation(  # noqa: PLR0913, PLR0917 (what is changed, from which version)
    session: AsyncSession,
    principal: Principal,
    organisation_id: UUID,
    command: ChangeOrganisation,
    if_match: IfMatch,
    now: datetime,
) -> Organisation:
    organisation = await _lock_organisation(session, principal, organisation_id)
    if_match.check(organisation.version)
    if command.region is not UNSET:
        await _check_region(session, command.region)
        organisation.region = command.region or ""
    if command.parent_id is not UNSET and command.parent_id != organisation.parent_id:
        await _check_parent_exists(session, principal, command.parent_id)
        if command.parent_id is not None:
            check_parent(
                organisation.id, command.parent_id, await _organisations_above(session, principal, command.parent_id)
            )
        organisation.parent_id = command.parent_id
    if command.name is not UNSET:
        organisation.name = rename(organisation.name, command.name)
    if command.kind is not UNSET:
        organisation.kind = command.kind
    if command.acronym is not UNSET:
        organisation.acronym = command.acronym or ""
    if command.sector is not UNSET:
        organisation.sector = command.sector or ""
    return await _save(session, principal, organisation, now)


async def _save(session: AsyncSession, principal: Principal, organisation: Organisation, now: datetime) -> Organisation:
    organisation.name_folded = found_by(organisation.slug, organisation.acronym, organisation.name)
    session.add(organisation)
    if session.is_modified(organisation):
        await flush_unless(session, SlugTaken(pointer="/slug", slug=organisation.slug))
        publish(session, organisation.fact(), now)
        record(session, principal, "organisations.change", organisation.id, now)
    return organisation


async def _lock_organisation(session: AsyncSession, principal: Principal, organisation_id: UUID) -> Organisation:
    key = {"tenant_id": principal.tenant_id, "id": organisation_id}
    found = await session.scalar(select(Organisation).filter_by(**key).with_for_update(key_share=True))
    if found is None:
        raise NoSuch(what="organisation", id=organisation_id)
    return found


async def _check_region(session: AsyncSession, region: str | None) -> None:
    if region:
        require_region((await known_tenant(session)).country, region)


async def _check_parent_exists(session: AsyncSession, principal: Principal, parent_id: UUID | None) -> None:
    if parent_id is None:
        return
    key = {"tenant_id": principal.tenant_id, "id": parent_id}
    if await session.scalar(select(Organisation.id).filter_by(**key)) is None:
        raise NoSuchParent(pointer="/parent_id", parent=str(parent_id))


async def _organisations_above(session: AsyncSession, principal: Principal, organisation_id: UUID) -> frozenset[UUID]:
    """Return all that an organisation belongs to, up to the top."""
    mine = Organisation.tenant_id == principal.tenant_id
    above = select(Organisation.parent_id).where(mine, Organisation.id == organisation_id).cte("above", recursive=True)
    above = above.union(select(Organisation.parent_id).where(mine, Organisation.id == above.c.parent_id))
    found = await session.scalars(select(above.c.parent_id).where(above.c.parent_id.is_not(None)))
    return frozenset(id_ for id_ in found if id_ is not None)
