"""Asking people, their answer, and its end: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.sealing import fingerprint, new_link
from services.identity.clients.models import Client
from services.identity.consents.domain import Asked
from services.identity.consents.models import Consent
from services.identity.memberships.domain import MandateOver
from services.identity.memberships.models import Membership
from services.identity.sign_ins.queries import signed_in_at
from services.identity.tokens.commands import revoke

_FORGOTTEN_AFTER = timedelta(days=1)
_FORGOTTEN_AT_ONCE = 100


class Question(Struct, frozen=True, kw_only=True):
    """What an application asks for, looked at and found right."""

    client_id: UUID
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    nonce: str | None
    code_challenge: str
    signed_in_since: datetime | None


class Decide(Struct, frozen=True, forbid_unknown_fields=True):
    granted: bool


class Decided(Struct, frozen=True):
    """Where the person's browser is led with the answer."""

    redirect_to: str


async def ask(session: AsyncSession, tenant_id: UUID, question: Question, now: datetime) -> UUID:
    """Keep a question until somebody answers; drop some that nobody did."""
    old = select(Consent.id).where(Consent.decision.is_(None), Consent.asked_at <= now - _FORGOTTEN_AFTER)
    some = old.limit(_FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    await session.execute(delete(Consent).where(Consent.id.in_(some)))
    asked = Consent(
        tenant_id=tenant_id,
        client_id=question.client_id,
        redirect_uri=question.redirect_uri,
        scopes=sorted(question.scopes),
        state=question.state,
        nonce=question.nonce,
        code_challenge=question.code_challenge,
        signed_in_since=question.signed_in_since,
        asked_at=now,
    )
    session.add(asked)
    await session.flush()
    return asked.id


async def decide(  # noqa: PLR0913, PLR0917 (the slice's, and who answers in whose name)
    session: AsyncSession, principal: Principal, consent_id: UUID, command: Decide, issuer: str, now: datetime
) -> Decided:
    """Take a person's answer; return where it leads: with a code, or with the refusal (RFC 6749, 4.1.2; RFC 9207)."""
    consent = await session.scalar(select(Consent).filter_by(id=consent_id).with_for_update())
    if consent is None:
        raise NoSuch(what="consent", id=str(consent_id))
    organisation_id = await session.scalar(
        select(Client.organisation_id).filter_by(id=consent.client_id, ended_at=None)
    )
    signed_in = await signed_in_at(session, principal)
    asked = Asked(
        organisation_id=organisation_id,
        asked_at=consent.asked_at,
        decision=consent.decision,
        signed_in_since=consent.signed_in_since,
    )
    asked.admit(granted=command.granted, acting_for=principal.organisation_id, signed_in_at=signed_in, now=now)
    consent.account_id = principal.account_id
    consent.membership_id = await _membership_of(session, principal)
    consent.decided_at, consent.signed_in_at = now, signed_in
    consent.decision = "granted" if command.granted else "refused"
    answer = {"error": "access_denied", "error_description": "The person refused."}
    if command.granted:
        answer = {"code": new_link()}
        consent.code_hash = fingerprint(answer["code"])
    record(session, principal, f"consents.{consent.decision}", consent.id, now, client=str(consent.client_id))
    said = [*answer.items(), *([("state", consent.state)] if consent.state is not None else []), ("iss", issuer)]
    return Decided(add_params_to_uri(consent.redirect_uri, said))


async def end_consent(session: AsyncSession, principal: Principal, consent_id: UUID, now: datetime) -> None:
    """Let an application act in one's name no more; once more is harmless."""
    consent = await session.scalar(
        select(Consent).filter_by(id=consent_id, account_id=principal.account_id).with_for_update()
    )
    if consent is None:
        raise NoSuch(what="consent", id=str(consent_id))
    if consent.ended_at is None:
        consent.ended_at = now
        await revoke(session, f"consent:{consent.id}", now)
        record(session, principal, "consents.end", consent.id, now, client=str(consent.client_id))


async def _membership_of(session: AsyncSession, principal: Principal) -> UUID:
    found = await session.scalar(
        select(Membership.id).filter_by(
            account_id=principal.account_id, organisation_id=principal.organisation_id, role=principal.role
        )
    )
    if found is None:
        raise MandateOver
    return found
