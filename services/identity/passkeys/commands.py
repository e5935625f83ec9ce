"""Making passkeys, and signing in by them: load, decide, save, announce. The caller owns the transaction.

What a device answers is checked by `webauthn` (Web Authentication 3, 7.1 and 7.2): challenge, origin, relying party,
signature; that its holder was there and shown to be it (fingerprint, face, PIN).
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from libs.config import Settings
from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.fields import Line
from libs.identity import Principal
from libs.journal.commands import record
from services.identity.holders.queries import holder_by_account
from services.identity.memberships.domain import MandateOver, choose, holding
from services.identity.passkeys.domain import (
    CHALLENGE_GOOD_FOR,
    MOST,
    PasskeyKnown,
    PasskeyNotMade,
    PasskeyRefused,
    TooManyPasskeys,
    relying_party,
)
from services.identity.passkeys.models import Passkey, PasskeyChallenge
from services.identity.sign_ins.commands import Device, SignedIn, begin_sign_in

Answer = Annotated[str, Meta(max_length=20_000)]  # PublicKeyCredential.toJSON(), as text
_REQUIRED = UserVerificationRequirement.REQUIRED
_FORGOTTEN_AT_ONCE = 100


class KeepPasskey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The device's answer to a question, and what its owner calls it."""

    challenge_id: UUID
    credential: Answer
    name: Line


class SignInByPasskey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    challenge_id: UUID
    credential: Answer
    device: Device = ""


class Question(Struct, frozen=True):
    """`options` is what the browser's `PublicKeyCredential.parse…OptionsFromJSON` takes, as JSON text."""

    challenge_id: UUID
    options: str


async def ask_for_new(session: AsyncSession, principal: Principal, now: datetime, settings: Settings) -> Question:
    """Ask a device to make a key for who is signed in, which finds its holder by itself and makes sure of them."""
    assert principal.account_id is not None  # noqa: S101 (the matrix lets in people only)
    holder = await holder_by_account(session, principal.account_id, now)
    if holder is None:
        raise PasskeyNotMade
    kept = list(await session.scalars(select(Passkey.credential_id).filter_by(account_id=principal.account_id)))
    if len(kept) >= MOST:
        raise TooManyPasskeys(most=MOST)
    options = generate_registration_options(
        rp_id=relying_party(settings.base_url).id,
        rp_name=principal.tenant,
        user_id=principal.account_id.bytes,
        user_name=holder.email,
        user_display_name=holder.mandates[0].name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in kept],
    )
    asked = await _ask(session, principal, options.challenge, now, principal.account_id)
    return Question(asked, options_to_json(options))


async def keep_passkey(
    session: AsyncSession, principal: Principal, command: KeepPasskey, now: datetime, settings: Settings
) -> Passkey:
    asked = await _answered(session, command.challenge_id, now)
    if asked is None or asked.account_id is None or asked.account_id != principal.account_id:
        raise PasskeyNotMade
    party = relying_party(settings.base_url)
    try:
        made = verify_registration_response(
            credential=command.credential,
            expected_challenge=asked.challenge,
            expected_rp_id=party.id,
            expected_origin=party.origins,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as refused:
        raise PasskeyNotMade from refused
    passkey = Passkey(
        tenant_id=principal.tenant_id,
        account_id=asked.account_id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        uses=made.sign_count,
        name=command.name,
        made_at=now,
    )
    session.add(passkey)
    await flush_unless(session, PasskeyKnown())
    record(session, principal, "passkeys.keep", passkey.id, now)
    return passkey


async def remove_passkey(session: AsyncSession, principal: Principal, passkey_id: UUID, now: datetime) -> None:
    """Let a key of one's own sign in no more."""
    own = delete(Passkey).filter_by(id=passkey_id, account_id=principal.account_id).returning(Passkey.id)
    if await session.scalar(own) is None:
        raise NoSuch(what="passkey", id=passkey_id)
    record(session, principal, "passkeys.remove", passkey_id, now)


async def ask_for_known(session: AsyncSession, principal: Principal, now: datetime, settings: Settings) -> Question:
    """Ask whichever device has a key for here: the question names nobody, so it tells nothing of who is known."""
    options = generate_authentication_options(rp_id=relying_party(settings.base_url).id, user_verification=_REQUIRED)
    return Question(await _ask(session, principal, options.challenge, now, None), options_to_json(options))


async def sign_in_by_passkey(
    session: AsyncSession, principal: Principal, command: SignInByPasskey, now: datetime, settings: Settings
) -> SignedIn:
    """Sign in whose key has answered; a question is answered once."""
    asked = await _answered(session, command.challenge_id, now)
    passkey = await _named_in(session, command.credential)
    if asked is None or asked.account_id is not None or passkey is None:
        raise PasskeyRefused
    party = relying_party(settings.base_url)
    try:
        shown = verify_authentication_response(
            credential=command.credential,
            expected_challenge=asked.challenge,
            expected_rp_id=party.id,
            expected_origin=party.origins,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as refused:
        raise PasskeyRefused from refused
    passkey.uses, passkey.used_at = shown.new_sign_count, now
    holder = await holder_by_account(session, passkey.account_id, now)
    if holder is None:
        raise MandateOver
    mandates = holding(holder.mandates, holder.today)
    return await begin_sign_in(
        session, principal, holder, mandates, choose(mandates, None), now, by="passkey", device=command.device
    )


async def _named_in(session: AsyncSession, credential: str) -> Passkey | None:
    try:
        named = bytes_to_base64url(parse_authentication_credential_json(credential).raw_id)
    except (WebAuthnException, ValueError):
        return None
    return await session.scalar(select(Passkey).filter_by(credential_id=named).with_for_update())


async def _ask(
    session: AsyncSession, principal: Principal, challenge: bytes, now: datetime, account_id: UUID | None
) -> UUID:
    """Keep a question until it is answered or too old; forget some that are."""
    old = select(PasskeyChallenge.id).where(PasskeyChallenge.expires_at <= now).limit(_FORGOTTEN_AT_ONCE)
    forgotten = PasskeyChallenge.id.in_(old.with_for_update(skip_locked=True))
    await session.execute(delete(PasskeyChallenge).where(forgotten))
    asked = PasskeyChallenge(
        tenant_id=principal.tenant_id, challenge=challenge, account_id=account_id, expires_at=now + CHALLENGE_GOOD_FOR
    )
    session.add(asked)
    await session.flush()
    return asked.id


async def _answered(session: AsyncSession, challenge_id: UUID, now: datetime) -> PasskeyChallenge | None:
    """Return a question that still waits, and take it away: of two answers at once, one finds it."""
    answered = delete(PasskeyChallenge).filter_by(id=challenge_id).where(PasskeyChallenge.expires_at > now)
    found: PasskeyChallenge | None = await session.scalar(answered.returning(PasskeyChallenge))
    return found
