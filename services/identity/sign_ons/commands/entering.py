"""Recognising whom a provider vouches for, and letting them in; joining an account that was there before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.fields import Link
from libs.identity import Principal
from libs.journal.commands import record
from libs.sealing import fingerprint, new_link, seal, unseal
from services.identity.accounts.commands import find_account
from services.identity.domains.queries import proven_domains
from services.identity.holders.queries import holder_by_account
from services.identity.links.commands import Letter, count_requests, send_letter
from services.identity.links.domain import may_send
from services.identity.memberships.commands import ByProvider, follow_provider
from services.identity.memberships.domain import HeldMandate, choose, holding
from services.identity.providers.domain import roles_given
from services.identity.providers.models import ProviderTrial
from services.identity.sign_ins.commands import SignedIn, begin_sign_in
from services.identity.sign_ons.commands.attempts import Attempt
from services.identity.sign_ons.commands.provider import Provider, provider_for
from services.identity.sign_ons.domain import (
    ID_TOKEN,
    LINKING_GOOD_FOR,
    AddressNotProven,
    AnswerTooLate,
    AskedTooOften,
    LinkingUnknown,
    NoRoleGiven,
    Proof,
    proven_address,
    shown_name,
)
from services.identity.sign_ons.id_token import subject_of
from services.identity.sign_ons.models import (
    ExternalIdentity,
    Linking,
    ProviderSession,
)

_SEALED_PROOF = "linking"


class ConfirmLinking(Struct, frozen=True, forbid_unknown_fields=True):
    link: Link
    browser: Link


class ToConfirm(Struct, frozen=True):
    """An account with this address was there before: its owner was sent a letter, to join the two."""

    email: str


class Tried(Struct, frozen=True):
    provider: Provider


Outcome = SignedIn | ToConfirm | Tried


async def finish_trial(
    session: AsyncSession, principal: Principal, attempt: Attempt, claims: Mapping[str, Any], now: datetime
) -> Tried:
    """Keep what came and what it would give; nobody is signed in by it, and no mandate changes."""
    provider = attempt.provider
    roles = roles_given(claims, provider.rules, provider.otherwise)
    email = proven_address(claims, await proven_domains(session, provider.organisation_id))
    problems = [*([] if email else ["address-not-proven"]), *([] if roles else ["no-role-given"])]
    row = {
        "revision": provider.revision,
        "at": now,
        "claims": dict(claims),
        "roles": roles,
        "problems": problems,
    }
    key = {"tenant_id": principal.tenant_id, "id": provider.id}
    tried = insert(ProviderTrial).values(key | row)
    await session.execute(tried.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=row))
    who = structs.replace(principal, account_id=attempt.account_id)
    record(session, who, "providers.try", provider.id, now, problems=",".join(problems))
    return Tried(provider)


async def finish_sign_on(  # noqa: PLR0913, PLR0917 (the slice's four, the answer, its browser, and our own)
    session: AsyncSession,
    principal: Principal,
    attempt: Attempt,
    claims: Mapping[str, Any],
    id_token: str,
    browser: str,
    now: datetime,
    settings: Settings,
) -> SignedIn | ToConfirm | NoRoleGiven:
    """Sign in whom the provider names; a newcomer whose address has an account here confirms by mail that it is theirs.

    That no group counts any more takes effect (it ends mandates): so it is returned, not raised.
    """
    proof = await _prove(session, attempt.provider, claims, id_token)
    known = await _recognise(session, attempt.provider, proof)
    if known is None:
        if not proof.email:
            raise AddressNotProven(name=attempt.provider.name)
        if not proof.roles:
            return NoRoleGiven(name=attempt.provider.name)
        account = await find_account(session, proof.email, attempt.language)
        if not account.is_new:
            await _ask_owner(session, principal, attempt, proof, account.id, browser, now, settings)
            return ToConfirm(proof.email)
        known = account.id
        _remember_identity(session, principal, attempt.provider, proof, known, now)
    return await _enter(session, principal, attempt.provider, proof, known, now, settings.key)


async def confirm_linking(
    session: AsyncSession, principal: Principal, command: ConfirmLinking, now: datetime, key: bytes
) -> SignedIn | NoRoleGiven:
    """Join a provider's person with the account whose owner the letter reached, and sign them in.

    Both were shown in one browser: who signed in at the provider, and who reads the account's mail.
    """
    waiting = select(Linking).filter_by(link_hash=fingerprint(command.link), browser_hash=fingerprint(command.browser))
    linking = await session.scalar(waiting.with_for_update())
    if linking is None:
        raise LinkingUnknown
    if linking.used_at is not None or now >= linking.expires_at:
        raise AnswerTooLate
    linking.used_at = now
    provider = await provider_for(session, linking.provider_id, "sign-in", key)
    proof = msgspec.json.decode(unseal(key, _SEALED_PROOF, linking.sealed_proof), type=Proof)
    if await _recognise(session, provider, proof) is None:
        _remember_identity(session, principal, provider, proof, linking.account_id, now)
    return await _enter(session, principal, provider, proof, linking.account_id, now, key)


async def _prove(session: AsyncSession, provider: Provider, claims: Mapping[str, Any], id_token: str) -> Proof:
    sid = claims.get("sid")
    return Proof(
        issuer=provider.issuer,
        subject=subject_of(claims),
        session=sid if isinstance(sid, str) else "",
        name=shown_name(claims),
        email=proven_address(claims, await proven_domains(session, provider.organisation_id)),
        roles=tuple(roles_given(claims, provider.rules, provider.otherwise)),
        id_token=id_token,
    )


async def _recognise(session: AsyncSession, provider: Provider, proof: Proof) -> UUID | None:
    """Return the account of an issuer's subject, as this organisation knows it."""
    known = select(ExternalIdentity.account_id).filter_by(
        organisation_id=provider.organisation_id, issuer=proof.issuer, subject=proof.subject
    )
    account_id: UUID | None = await session.scalar(known)
    return account_id


def _remember_identity(  # noqa: PLR0913, PLR0917 (whose, and whom it is)
    session: AsyncSession, principal: Principal, provider: Provider, proof: Proof, account_id: UUID, now: datetime
) -> None:
    session.add(
        ExternalIdentity(
            tenant_id=principal.tenant_id,
            organisation_id=provider.organisation_id,
            issuer=proof.issuer,
            subject=proof.subject,
            account_id=account_id,
            linked_at=now,
        )
    )
    record(session, structs.replace(principal, account_id=account_id), "sign_in.link", provider.id, now)


async def _enter(  # noqa: PLR0913, PLR0917 (the slice's four, who, by whom, and the key)
    session: AsyncSession,
    principal: Principal,
    provider: Provider,
    proof: Proof,
    account_id: UUID,
    now: datetime,
    key: bytes,
) -> SignedIn | NoRoleGiven:
    """Let the mandates follow the provider's word, then sign in for those of its organisation."""
    said = ByProvider(
        account_id=account_id,
        name=proof.name,
        provider_id=provider.id,
        organisation_id=provider.organisation_id,
        roles=proof.roles,
    )
    await follow_provider(session, principal, said, now)
    holder = await holder_by_account(session, account_id, now)
    if holder is None or not _opened(holder.mandates, holder.today, provider):
        return NoRoleGiven(name=provider.name)
    mandates = holding(holder.mandates, holder.today, through=provider.organisation_id)
    chosen = choose(mandates, None)
    signed_in = await begin_sign_in(session, principal, holder, mandates, chosen, now, by="provider")
    session.add(
        ProviderSession(
            tenant_id=principal.tenant_id,
            id=signed_in.id,
            provider_id=provider.id,
            organisation_id=provider.organisation_id,
            subject=proof.subject,
            session=proof.session,
            sealed_id_token=seal(key, ID_TOKEN, proof.id_token),
        )
    )
    return signed_in


def _opened(mandates: Sequence[HeldMandate], today: Any, provider: Provider) -> bool:
    return any(mandate.holds(today) and mandate.opens_to(provider.organisation_id) for mandate in mandates)


async def _ask_owner(  # noqa: PLR0913, PLR0917 (the slice's four, who, in which browser, and our own)
    session: AsyncSession,
    principal: Principal,
    attempt: Attempt,
    proof: Proof,
    account_id: UUID,
    browser: str,
    now: datetime,
    settings: Settings,
) -> None:
    if not may_send(await count_requests(session, principal, proof.email, now)):
        raise AskedTooOften
    link = new_link()
    session.add(
        Linking(
            tenant_id=principal.tenant_id,
            provider_id=attempt.provider.id,
            account_id=account_id,
            link_hash=fingerprint(link),
            browser_hash=fingerprint(browser),
            sealed_proof=seal(settings.key, _SEALED_PROOF, msgspec.json.encode(proof).decode()),
            expires_at=now + LINKING_GOOD_FOR,
        )
    )
    letter = Letter(
        template="linking",
        language=attempt.language,
        recipient=proof.email,
        recipient_name=proof.name,
        fields={"provider": attempt.provider.name, "minutes": str(int(LINKING_GOOD_FOR.total_seconds()) // 60)},
    )
    address = f"{settings.base_url}/{attempt.language}/{principal.tenant}/sign-in/joining/{link}"
    send_letter(session, principal, letter, address, now, settings)
    record(session, structs.replace(principal, account_id=account_id), "sign_in.ask-owner", attempt.provider.id, now)
