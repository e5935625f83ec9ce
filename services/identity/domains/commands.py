"""Claiming mail domains and proving them: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.contracts.programme import Text
from libs.db.uniqueness import flush_unless
from libs.fields import Language, Link
from libs.identity import Principal
from libs.journal.commands import record
from libs.sealing import fingerprint, new_link
from services.identity.domains.domain import (
    LETTER_GOOD_FOR,
    LETTERS_APART,
    Domain,
    DomainLinkUnknown,
    DomainTaken,
    Keeper,
    LetterOnItsWay,
    NoSuchDomain,
    RecordNotFound,
    domain_name,
)
from services.identity.domains.models import MailDomain
from services.identity.links.commands import Letter, send_letter
from services.identity.organisations.models import KnownOrganisation
from services.identity.organisations.queries import circumstances
from services.identity.providers.domain import admit_change
from services.identity.providers.queries import DomainView, domain_view


class ClaimDomain(Struct, frozen=True, forbid_unknown_fields=True):
    organisation_id: UUID
    domain: Domain


class WriteToKeeper(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to write to at the domain, in which language."""

    keeper: Keeper
    language: Language


class FollowDomainLink(Struct, frozen=True, forbid_unknown_fields=True):
    """The link of a letter; with `confirm` it proves the domain, without it only tells what it would prove."""

    link: Link
    confirm: bool


class DomainAsked(Struct, frozen=True, kw_only=True):
    """What whoever keeps a domain is asked to confirm."""

    domain: str
    organisation: Text
    confirmed: bool


async def claim_domain(session: AsyncSession, principal: Principal, command: ClaimDomain, now: datetime) -> DomainView:
    """Claim a domain, or find the claim that was there; nobody has it before it is proven."""
    admit_change(principal, command.organisation_id)
    await circumstances(session, command.organisation_id, now)
    domain = domain_name(command.domain)
    await _refuse_taken(session, domain, command.organisation_id)
    key = {"tenant_id": principal.tenant_id, "organisation_id": command.organisation_id, "domain": domain}
    row = insert(MailDomain).values(key | {"id": uuid7(), "token": new_link()})
    made = await session.scalar(row.on_conflict_do_nothing(constraint="domain_claimed_once").returning(MailDomain))
    if made is None:
        return domain_view((await session.scalars(select(MailDomain).filter_by(**key))).one())
    record(session, principal, "domains.claim", made.id, now)
    return domain_view(made)


async def read_claim(session: AsyncSession, principal: Principal, domain_id: UUID) -> DomainView:
    return domain_view(await _find(session, principal, domain_id))


async def prove_domain(
    session: AsyncSession, principal: Principal, domain_id: UUID, records: list[str], now: datetime
) -> DomainView:
    """Take a domain for proven if its TXT records, looked up before, hold what was asked for."""
    found = await _find(session, principal, domain_id)
    shown = domain_view(found)
    if shown.record_value not in records:
        raise RecordNotFound(name=shown.record_name)
    await _prove(session, principal, found, now, by="record")
    return domain_view(found)


async def write_to_keeper(  # noqa: PLR0913, PLR0917 (the slice's four, which one, and our own)
    session: AsyncSession,
    principal: Principal,
    domain_id: UUID,
    command: WriteToKeeper,
    now: datetime,
    settings: Settings,
) -> DomainView:
    """Send a letter to who keeps the domain; its link proves it, by a button."""
    found = await _find(session, principal, domain_id)
    if found.link_sent_at is not None and now - found.link_sent_at < LETTERS_APART:
        raise LetterOnItsWay
    there = await circumstances(session, found.organisation_id, now)
    link = new_link()
    found.link_hash, found.link_sent_at = fingerprint(link), now
    letter = Letter(
        template="mail-domain",
        language=command.language,
        recipient=f"{command.keeper}@{found.domain}",
        recipient_name="",
        fields={"organisation": there.organisation or "", "domain": found.domain},
    )
    address = f"{settings.base_url}/{command.language}/{principal.tenant}/sign-in/domain/{link}"
    send_letter(session, principal, letter, address, now, settings)
    record(session, principal, "domains.write", found.id, now, keeper=command.keeper)
    return domain_view(found)


async def follow_domain_link(
    session: AsyncSession, principal: Principal, command: FollowDomainLink, now: datetime
) -> DomainAsked:
    """Tell what a letter's link proves; prove it where whoever got it says so."""
    named = (
        select(MailDomain, KnownOrganisation.name)
        .join(
            KnownOrganisation,
            (KnownOrganisation.tenant_id == MailDomain.tenant_id)
            & (KnownOrganisation.id == MailDomain.organisation_id),
        )
        .where(MailDomain.link_hash == fingerprint(command.link))
    )
    row = (await session.execute(named.with_for_update(of=MailDomain))).one_or_none()
    if row is None or row[0].link_sent_at is None or now - row[0].link_sent_at > LETTER_GOOD_FOR:
        raise DomainLinkUnknown
    found, organisation = row
    if command.confirm:
        await _prove(session, principal, found, now, by="letter")
    return DomainAsked(domain=found.domain, organisation=organisation, confirmed=command.confirm)


async def give_up_domain(session: AsyncSession, principal: Principal, domain_id: UUID, now: datetime) -> None:
    found = await _find(session, principal, domain_id)
    await session.delete(found)
    record(session, principal, "domains.give-up", domain_id, now)


async def _find(session: AsyncSession, principal: Principal, domain_id: UUID) -> MailDomain:
    found = await session.scalar(select(MailDomain).filter_by(id=domain_id).with_for_update())
    if found is None or (principal.role != "administrator" and principal.organisation_id != found.organisation_id):
        raise NoSuchDomain
    return found


async def _prove(session: AsyncSession, principal: Principal, found: MailDomain, now: datetime, *, by: str) -> None:
    if found.verified_at is not None:
        return
    await _refuse_taken(session, found.domain, found.organisation_id)
    found.verified_at = now
    found.link_hash = None
    await flush_unless(session, DomainTaken(domain=found.domain))
    record(session, principal, "domains.prove", found.id, now, by=by)


async def _refuse_taken(session: AsyncSession, domain: str, organisation_id: UUID) -> None:
    taken = select(MailDomain.id).where(
        MailDomain.domain == domain,
        MailDomain.verified_at.is_not(None),
        MailDomain.organisation_id != organisation_id,
    )
    if await session.scalar(taken) is not None:
        raise DomainTaken(domain=domain, pointer="/domain")
