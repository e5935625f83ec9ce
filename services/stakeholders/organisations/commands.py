"""Changes to organisations: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.fields import Language, Line, Slug, Words
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.regions import require_region
from libs.tenants.queries import known_tenant
from libs.web.conditional import IfMatch
from services.stakeholders.organisations.domain import (
    Kind,
    NoSuchParent,
    SlugTaken,
    check_parent,
    found_by,
    rename,
)
from services.stakeholders.organisations.models import Organisation

ChangedWords = Annotated[dict[Language, Line | None], Meta(max_length=3)]  # merged; null takes a language away


class CreateOrganisation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    slug: Slug
    kind: Kind
    name: Words
    acronym: Line | None = None
    sector: Slug | None = None
    region: Slug | None = None
    parent_id: UUID | None = None


class ChangeOrganisation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merge patch (RFC 7396): what is not there stays, null takes away."""

    kind: Kind | UnsetType = UNSET
    name: ChangedWords | UnsetType = UNSET
    acronym: Line | UnsetType | None = UNSET
    sector: Slug | UnsetType | None = UNSET
    region: Slug | UnsetType | None = UNSET
    parent_id: UUID | UnsetType | None = UNSET


async def create_organisation(
    session: AsyncSession, principal: Principal, command: CreateOrganisation, now: datetime
) -> Organisation:
    await _check_region(session, command.region)
    if command.parent_id is not None:
        await _lineage(session, principal, command.parent_id)
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
    if command.parent_id is not UNSET and command.parent_id is not None:
        await _lock_tree(session, principal)
        check_parent(organisation.id, await _lineage(session, principal, command.parent_id))
    if command.region is not UNSET:
        organisation.region = command.region or ""
    if command.parent_id is not UNSET:
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


async def _lock_tree(session: AsyncSession, principal: Principal) -> None:
    """Let one change of parents at a time look and write: two that are right alone may close a circle together."""
    tree = func.hashtextextended(f"{principal.tenant_id} organisations", 0)
    await session.execute(select(func.pg_advisory_xact_lock(tree)))


async def _lineage(session: AsyncSession, principal: Principal, organisation_id: UUID) -> frozenset[UUID]:
    """Return an organisation to belong to and all that it belongs to, up to the top; raise if it is not there."""
    mine = Organisation.tenant_id == principal.tenant_id
    columns = select(Organisation.id, Organisation.parent_id)
    lineage = columns.where(mine, Organisation.id == organisation_id).cte("lineage", recursive=True)
    lineage = lineage.union(columns.where(mine, Organisation.id == lineage.c.parent_id))
    found = frozenset(await session.scalars(select(lineage.c.id)))
    if not found:
        raise NoSuchParent(pointer="/parent_id", parent=str(organisation_id))
    return found
