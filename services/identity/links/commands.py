"""Making links that sign somebody in, and sending them. The caller owns the transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.contracts.events import LetterRequested
from libs.fields import Email, Language
from libs.fields import Link as Secret
from libs.identity import Principal
from libs.messaging.outbox import publish
from libs.sealing import fingerprint, new_link, seal
from services.identity.holders.queries import holder_by_email
from services.identity.links.addresses import persona_address, sign_in_address
from services.identity.links.domain import MAILED_GOOD_FOR, WINDOW, LinkKind, code_of, expiry, may_send
from services.identity.links.models import LinkRequest, SignInLink
from services.identity.links.personas import PersonasNotAllowed, persona_link, personas_allowed
from services.identity.memberships.models import Membership

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:address, 0))")
_FORGOTTEN_AT_ONCE = 100


class RequestSignInLink(Struct, frozen=True, forbid_unknown_fields=True):
    """`browser` is a secret of the browser that asks: there alone the link signs in, or its code."""

    email: Email
    language: Language
    browser: Secret | None = None


class Letter(Struct, frozen=True, kw_only=True):
    """A letter with a link: its template, to whom, in which language, about what."""

    template: str
    language: str
    recipient: str
    recipient_name: str
    fields: dict[str, str | dict[str, str]]


async def request_sign_in_link(
    session: AsyncSession, principal: Principal, command: RequestSignInLink, now: datetime, settings: Settings
) -> None:
    """Send a link to an address that has a mandate here; whether it has, nothing tells the caller.

    Requests are counted by address, known or not, in the database: never by where they seem to come from.
    """
    email = command.email.casefold()
    asked = await count_requests(session, principal, email, now)
    holder = await holder_by_email(session, email, now)
    held = [mandate for mandate in holder.mandates if mandate.holds(holder.today)] if holder else []
    mandates = [mandate for mandate in held if mandate.opens_to(None)]
    if holder is None or not mandates or not may_send(asked):
        return
    link = new_link()
    mailed = _link(principal.tenant_id, holder.account_id, None, "mailed", link, now)
    if command.browser is not None:
        mailed.browser_hash = fingerprint(command.browser)
        mailed.code_hash = code_hash(code_of(link), command.browser)
    session.add(mailed)
    letter = Letter(
        template="sign-in",
        language=command.language,
        recipient=holder.email,
        recipient_name=mandates[0].name,
        fields={"minutes": str(MAILED_GOOD_FOR // timedelta(minutes=1))},
    )
    send_link(session, principal, letter, link, now, settings)


def add_link(session: AsyncSession, membership: Membership, kind: LinkKind, now: datetime) -> str:
    """Make a link that signs in for one mandate; return it, as nothing else will."""
    link = new_link()
    session.add(_link(membership.tenant_id, membership.account_id, membership.id, kind, link, now))
    return link


async def open_persona(
    session: AsyncSession, principal: Principal, membership_id: UUID, language: str, settings: Settings
) -> str:
    """Return the address that signs in as the holder of a membership, the same each time it is asked for.

    In the demonstration on this machine only: it is good any number of times.
    """
    if not personas_allowed(settings):
        raise PersonasNotAllowed
    link = persona_link(settings.key, principal.tenant_id, membership_id)
    account_id = await session.scalar(select(Membership.account_id).filter_by(id=membership_id))
    row = insert(SignInLink).values(
        tenant_id=principal.tenant_id,
        id=uuid7(),
        kind="persona",
        hash=fingerprint(link),
        account_id=account_id,
        membership_id=membership_id,
    )
    await session.execute(row.on_conflict_do_nothing())
    return persona_address(settings.base_url, language, principal.tenant, link)


def code_hash(code: str, browser: str) -> str:
    """Return what is kept of a code: nothing without the secret of the browser in which it is good."""
    return fingerprint(f"{code} {browser}")


def send_link(  # noqa: PLR0913, PLR0917 (the slice's four, and what is sent)
    session: AsyncSession, principal: Principal, letter: Letter, link: str, now: datetime, settings: Settings
) -> None:
    """Ask for a letter that carries a link which signs in."""
    address = sign_in_address(settings.base_url, letter.language, principal.tenant, link)
    send_letter(session, principal, letter, address, now, settings)


def send_letter(  # noqa: PLR0913, PLR0917 (the slice's four, and what is sent)
    session: AsyncSession, principal: Principal, letter: Letter, address: str, now: datetime, settings: Settings
) -> None:
    """Ask outreach for a letter whose link leads to `address`, sealed for it alone."""
    event = LetterRequested(
        tenant_id=principal.tenant_id,
        id=uuid7(),
        version=1,
        template=letter.template,
        language=letter.language,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        fields=letter.fields,
        sealed_link=seal(settings.key, "letter", address),
    )
    publish(session, event, now)


async def count_requests(session: AsyncSession, principal: Principal, email: str, now: datetime) -> int:
    """Count a request for a letter to an address; return how many there were before, within the window.

    Lock first, so that two do not count the same.
    """
    address = fingerprint(email)
    await session.execute(_ONE_AT_A_TIME, {"address": f"{principal.tenant_id} {address}"})
    await _forget_requests(session, now)
    counted = select(func.count()).select_from(LinkRequest)
    before = counted.where(LinkRequest.address == address, LinkRequest.at > now - WINDOW)
    asked = await session.scalar(before) or 0
    session.add(LinkRequest(tenant_id=principal.tenant_id, address=address, at=now))
    return asked


async def _forget_requests(session: AsyncSession, now: datetime) -> None:
    """Drop some that count no more; what another transaction drops is left to it."""
    old = select(LinkRequest.id).where(LinkRequest.at <= now - WINDOW).limit(_FORGOTTEN_AT_ONCE)
    await session.execute(delete(LinkRequest).where(LinkRequest.id.in_(old.with_for_update(skip_locked=True))))


def _link(  # noqa: PLR0913, PLR0917 (a row's columns)
    tenant_id: UUID, account_id: UUID, membership_id: UUID | None, kind: LinkKind, link: str, now: datetime
) -> SignInLink:
    return SignInLink(
        tenant_id=tenant_id,
        kind=kind,
        hash=fingerprint(link),
        account_id=account_id,
        membership_id=membership_id,
        expires_at=expiry(kind, now),
    )
