"""Sending somebody to a provider, and taking its answer once, from the browser that began."""

import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from msgspec import Meta, Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.fields import Language, Link
from libs.identity import Principal
from libs.sealing import fingerprint, new_link, seal, unseal
from services.identity.openid import Metadata, authorization_address
from services.identity.providers.models import IdentityProvider
from services.identity.providers.queries import redirect_uri
from services.identity.sign_ons.commands.provider import Provider, opened
from services.identity.sign_ons.domain import (
    ATTEMPT_GOOD_FOR,
    AnswerNotAwaited,
    AnswerTooLate,
    ProviderOff,
)
from services.identity.sign_ons.models import (
    Purpose,
    SignOnAttempt,
)

_SEALED_ATTEMPT = "sign-on attempt"
_FORGOTTEN_AT_ONCE = 100


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


class Attempt(Struct, frozen=True, kw_only=True):
    provider: Provider
    purpose: Purpose
    account_id: UUID | None
    nonce: str
    verifier: str
    language: str


class _Secrets(Struct, frozen=True):
    nonce: str
    verifier: str


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
        provider=opened(provider, key),
        purpose=attempt.purpose,
        account_id=attempt.account_id,
        nonce=own.nonce,
        verifier=own.verifier,
        language=attempt.language,
    )


async def _forget_attempts(session: AsyncSession, now: datetime) -> None:
    """Drop some that are over; what another transaction drops is left to it."""
    old = select(SignOnAttempt.id).where(SignOnAttempt.expires_at <= now).limit(_FORGOTTEN_AT_ONCE)
    await session.execute(delete(SignOnAttempt).where(SignOnAttempt.id.in_(old.with_for_update(skip_locked=True))))
