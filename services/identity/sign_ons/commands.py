"""Sending somebody to a provider, taking them back, and recognising them. The caller owns the transactions.

There are two, since the provider is asked in between: the first uses the answer up, whatever comes of it.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from msgspec import Meta, Struct, structs
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.fields import Language, Link
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
from services.identity.openid import Client, Metadata, authorization_address
from services.identity.providers.commands import SEALED_FOR
from services.identity.providers.domain import NoSuchProvider, Rule, State, roles_given
from services.identity.providers.models import IdentityProvider, ProviderTrial
from services.identity.providers.queries import redirect_uri
from services.identity.sign_ins.commands import SignedIn, begin_sign_in, close_sign_in
from services.identity.sign_ins.models import SignIn
from services.identity.sign_ons.domain import (
    ATTEMPT_GOOD_FOR,
    ID_TOKEN,
    LINKING_GOOD_FOR,
    AddressNotProven,
    AnswerNotAwaited,
    AnswerTooLate,
    AskedTooOften,
    LinkingUnknown,
    NoRoleGiven,
    Proof,
    ProviderOff,
    proven_address,
    shown_name,
)
from services.identity.sign_ons.id_token import subject_of
from services.identity.sign_ons.logout import Departure, LogoutTokenWrong
from services.identity.sign_ons.models import (
    ExternalIdentity,
    Linking,
    LogoutToken,
    ProviderSession,
    Purpose,
    SignOnAttempt,
)

_SEALED_ATTEMPT = "sign-on attempt"
_SEALED_PROOF = "linking"
_FORGOTTEN_AT_ONCE = 100
_REPLAYABLE = timedelta(minutes=5)  # a token is heeded a little beyond its end: clocks differ


class BeginSignOn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`browser` is a secret that only this browser has; `state` begins with what the page needs to find back."""

    provider_id: UUID
    browser: Link
    language: Language


class SignOnAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser came back with, as it stood in the address."""

    provider_id: UUID
    browser: Link
    state: Annotated[str, Meta(max_length=300)]
    code: Annotated[str, Meta(max_length=4_000)] = ""
    error: Annotated[str, Meta(max_length=1_000)] = ""
    iss: Annotated[str, Meta(max_length=1_000)] = ""


class ConfirmLinking(Struct, frozen=True, forbid_unknown_fields=True):
    link: Link
    browser: Link


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


class Attempt(Struct, frozen=True, kw_only=True):
    provider: Provider
    purpose: Purpose
    account_id: UUID | None
    nonce: str
    verifier: str
    language: str


class ToConfirm(Struct, frozen=True):
    """An account with this address was there before: its owner was sent a letter, to join the two."""

    email: str


class Tried(Struct, frozen=True):
    provider: Provider


Outcome = SignedIn | ToConfirm | Tried


class _Secrets(Struct, frozen=True):
    nonce: str
    verifier: str


async def provider_for(session: AsyncSession, provider_id: UUID, purpose: Purpose, key: bytes) -> Provider:
    """Return a provider that may be gone to; raise `ProviderOff` for one that is only to be tried."""
    found = await session.scalar(select(IdentityProvider).filter_by(id=provider_id))
    if found is None:
        raise NoSuchProvider
    if purpose == "sign-in" and found.state != "on":
        raise ProviderOff(name=found.name)
    return _provider(found, key)


async def begin_sign_on(  # noqa: PLR0913, PLR0917 (the slice's four, where to, and our own)
    session: AsyncSession,
    principal: Principal,
    command: BeginSignOn,
    provider: Provider,
    metadata: Metadata,
    now: datetime,
    settings: Settings,
    *,
    purpose: Purpose = "sign-in",
) -> str:
    """Remember that somebody goes to a provider; return the address where.

    The state begins with language and tenant, so that whoever comes back is answered in place and language.
    """
    await _forget_attempts(session, now)
    own = _Secrets(nonce=new_link(), verifier=secrets.token_urlsafe(48))
    state = f"{command.language}.{principal.tenant}.{new_link()}"
    session.add(
        SignOnAttempt(
            tenant_id=principal.tenant_id,
            provider_id=provider.id,
            purpose=purpose,
            account_id=principal.account_id if purpose == "trial" else None,
            revision=provider.revision,
            state_hash=fingerprint(state),
            browser_hash=fingerprint(command.browser),
            sealed=seal(settings.key, _SEALED_ATTEMPT, msgspec.json.encode(own).decode()),
            language=command.language,
            expires_at=now + ATTEMPT_GOOD_FOR,
        )
    )
    asked = {
        "response_type": "code",
        "client_id": provider.client.client_id,
        "redirect_uri": redirect_uri(settings.base_url, provider.id),
        "scope": " ".join(provider.scopes),
        "state": state,
        "nonce": own.nonce,
        "code_challenge": create_s256_code_challenge(own.verifier),
        "code_challenge_method": "S256",
        "ui_locales": command.language,
    }
    if provider.max_age is not None:
        asked["max_age"] = str(provider.max_age)
    if provider.levels:
        asked["acr_values"] = " ".join(provider.levels)
    return authorization_address(metadata, asked)


async def take_up(session: AsyncSession, command: SignOnAnswer, now: datetime, key: bytes) -> Attempt:
    """Use up what was begun by this browser with this state, and no other's: a wrong one's attempt harms nobody."""
    begun = select(SignOnAttempt, IdentityProvider).join(
        IdentityProvider,
        (IdentityProvider.tenant_id == SignOnAttempt.tenant_id) & (IdentityProvider.id == SignOnAttempt.provider_id),
    )
    mine = begun.where(
        SignOnAttempt.state_hash == fingerprint(command.state),
        SignOnAttempt.browser_hash == fingerprint(command.browser),
        SignOnAttempt.provider_id == command.provider_id,
    )
    found = (await session.execute(mine.with_for_update(of=SignOnAttempt))).one_or_none()
    if found is None:
        raise AnswerNotAwaited
    attempt, provider = found
    if attempt.used_at is not None or now >= attempt.expires_at:
        raise AnswerTooLate
    if attempt.purpose == "sign-in" and provider.state != "on":
        raise ProviderOff(name=provider.name)
    attempt.used_at = now
    own = msgspec.json.decode(unseal(key, _SEALED_ATTEMPT, attempt.sealed), type=_Secrets)
    return Attempt(
        provider=_provider(provider, key),
        purpose=attempt.purpose,
        account_id=attempt.account_id,
        nonce=own.nonce,
        verifier=own.verifier,
        language=attempt.language,
    )


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


async def provider_of_all(session: AsyncSession, provider_id: UUID, key: bytes) -> tuple[UUID, Provider] | None:
    """Return a provider and its tenant, before a tenant is known: the transaction sees no other row."""
    found = await session.scalar(select(IdentityProvider).filter_by(id=provider_id))
    return None if found is None else (found.tenant_id, _provider(found, key))


async def depart(
    session: AsyncSession, principal: Principal, provider: Provider, departure: Departure, now: datetime
) -> int:
    """End the sign-ins that a provider has ended, at once; return how many.

    With a session, that one; with a subject alone, all that this person began by this organisation's provider.
    """
    seen = {
        "tenant_id": principal.tenant_id,
        "id": uuid7(),
        "provider_id": provider.id,
        "token_hash": fingerprint(departure.token_id),
        "expires_at": datetime.fromtimestamp(departure.expires_at, UTC) + _REPLAYABLE,
    }
    row = insert(LogoutToken).values(seen).on_conflict_do_nothing(constraint="logout_token_once")
    if await session.scalar(row.returning(LogoutToken.id)) is None:
        raise LogoutTokenWrong
    await session.execute(delete(LogoutToken).where(LogoutToken.expires_at < now))
    concerned = (
        select(SignIn)
        .join(ProviderSession, (ProviderSession.tenant_id == SignIn.tenant_id) & (ProviderSession.id == SignIn.id))
        .where(ProviderSession.provider_id == provider.id, SignIn.ended_at.is_(None))
        .order_by(SignIn.id)
        .with_for_update(of=SignIn)
    )
    if departure.session:
        concerned = concerned.where(ProviderSession.session == departure.session)
    if departure.subject:
        concerned = concerned.where(ProviderSession.subject == departure.subject)
    ended = (await session.scalars(concerned)).all()
    for each in ended:
        await close_sign_in(session, principal, each, now, by="provider")
    return len(ended)


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


async def _forget_attempts(session: AsyncSession, now: datetime) -> None:
    """Drop some that are over; what another transaction drops is left to it."""
    old = select(SignOnAttempt.id).where(SignOnAttempt.expires_at <= now).limit(_FORGOTTEN_AT_ONCE)
    await session.execute(delete(SignOnAttempt).where(SignOnAttempt.id.in_(old.with_for_update(skip_locked=True))))


def _provider(found: IdentityProvider, key: bytes) -> Provider:
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
