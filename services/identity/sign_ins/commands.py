"""Signing in, staying so, and ending it: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, structs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.fields import Link as LinkText
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.sealing import fingerprint, new_link
from services.identity.holders.queries import Holder, holder_by_account
from services.identity.links.commands import code_hash
from services.identity.links.domain import CODE_DIGITS, CodeUnknown, Link, LinkUnknown, code_of
from services.identity.links.models import SignInLink
from services.identity.memberships.commands import membership_changed
from services.identity.memberships.domain import HeldMandate, MandateNotChosen, MandateOver, choose, holding
from services.identity.memberships.models import Membership
from services.identity.sign_ins.domain import SIGNED_IN_FOR, SignInUnknown, Standing
from services.identity.sign_ins.models import SignIn


class SignInByLink(Struct, frozen=True, forbid_unknown_fields=True):
    """`browser` is the secret that the link was asked for with: a mailed one signs in there only."""

    link: LinkText
    browser: LinkText | None = None


class SignInByCode(Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(pattern=rf"^[0-9]{{{CODE_DIGITS}}}\Z")]
    browser: LinkText


class RenewToken(Struct, frozen=True, forbid_unknown_fields=True):
    """`membership_id` chooses for which mandate one acts from now on; none leaves it as it is."""

    secret: LinkText
    membership_id: UUID | None = None


class SignedIn(Struct, frozen=True):
    """Who is signed in. `secret` renews the tokens: it is told now and never again."""

    id: UUID
    secret: str
    holder: Holder
    mandates: list[HeldMandate]
    chosen: HeldMandate | None

    def principal(self, public: Principal) -> Principal | None:
        """Return as whom the holder acts in the tenant of `public`; nobody while the choice is open."""
        return None if self.chosen is None else acting(public, self.holder.account_id, self.chosen, self.id)


class Renewed(Struct, frozen=True):
    membership_id: UUID
    principal: Principal


async def sign_in(
    session: AsyncSession, principal: Principal, command: SignInByLink, now: datetime, *, personas: bool
) -> SignedIn:
    """Use a link up and begin a sign-in; a link of an invitation accepts its mandate.

    Of many that come with one link at once, the first has it: the link's row is locked before it is looked at.
    """
    link = await _lock_link(session, command.link)
    browser_hash = fingerprint(command.browser) if command.browser else None
    standing = Link(link.kind, link.expires_at, link.used_at, link.browser_hash)
    standing.redeem(now=now, personas=personas, browser_hash=browser_hash, code=code_of(command.link))
    return await _use(session, principal, link, now)


async def sign_in_by_code(
    session: AsyncSession, principal: Principal, command: SignInByCode, now: datetime
) -> SignedIn:
    """Use up the link that a code stands for, in the browser that asked for it."""
    known = {"code_hash": code_hash(command.code, command.browser), "browser_hash": fingerprint(command.browser)}
    link = await session.scalar(select(SignInLink).filter_by(**known).with_for_update())
    if link is None:
        raise CodeUnknown(pointer="/code")
    standing = Link(link.kind, link.expires_at, link.used_at, link.browser_hash)
    standing.redeem(now=now, personas=False, browser_hash=link.browser_hash)
    return await _use(session, principal, link, now)


async def _use(session: AsyncSession, principal: Principal, link: SignInLink, now: datetime) -> SignedIn:
    link.used_at = now
    accepted = await _accept(session, link) if link.kind == "membership" else None
    holder = await holder_by_account(session, link.account_id, now)
    if holder is None:
        raise MandateOver
    mandates = holding(holder.mandates, holder.today)
    chosen = choose(mandates, link.membership_id)
    secret = new_link()
    begun = SignIn(
        tenant_id=principal.tenant_id,
        account_id=link.account_id,
        link_id=link.id,
        membership_id=chosen.id if chosen else None,
        secret_hash=fingerprint(secret),
        began_at=now,
        expires_at=now + SIGNED_IN_FOR,
    )
    session.add(begun)
    await session.flush()
    person = structs.replace(principal, account_id=link.account_id)
    record(session, person, "sign_in", begun.id, now, by=link.kind)
    if accepted is not None:
        publish(session, membership_changed(accepted), now)
        record(session, person, "memberships.accept", accepted.id, now)
    return SignedIn(begun.id, secret, holder, mandates, chosen)


async def renew_token(
    session: AsyncSession, principal: Principal, sign_in_id: UUID, command: RenewToken, now: datetime
) -> Renewed:
    """Return as whom a sign-in's next token lets act: mandates are looked at anew each time."""
    begun = await _lock_sign_in(session, sign_in_id)
    Standing(begun.secret_hash, begun.expires_at, begun.ended_at).admit(command.secret, now=now)
    holder = await holder_by_account(session, begun.account_id, now)
    if holder is None:
        raise MandateOver
    mandates = holding(holder.mandates, holder.today)
    chosen = choose(mandates, command.membership_id or begun.membership_id)
    if chosen is None:
        raise MandateNotChosen(pointer="/membership_id")
    begun.membership_id = chosen.id
    return Renewed(chosen.id, acting(principal, begun.account_id, chosen, begun.id))


async def end_sign_in(
    session: AsyncSession, principal: Principal, sign_in_id: UUID, secret: str, now: datetime
) -> None:
    """End it; once more is harmless."""
    begun = await _lock_sign_in(session, sign_in_id)
    Standing(begun.secret_hash, begun.expires_at, begun.ended_at).know(secret)
    if begun.ended_at is None:
        begun.ended_at = now
        record(session, structs.replace(principal, account_id=begun.account_id), "sign_in.end", begun.id, now)


async def _lock_link(session: AsyncSession, link: str) -> SignInLink:
    found = await session.scalar(select(SignInLink).filter_by(hash=fingerprint(link)).with_for_update())
    if found is None:
        raise LinkUnknown(pointer="/link")
    return found


async def _lock_sign_in(session: AsyncSession, sign_in_id: UUID) -> SignIn:
    found = await session.scalar(select(SignIn).filter_by(id=sign_in_id).with_for_update())
    if found is None:
        raise SignInUnknown
    return found


async def _accept(session: AsyncSession, link: SignInLink) -> Membership | None:
    """Let an invited mandate hold from now on; return it if it did not before."""
    membership = await session.scalar(select(Membership).filter_by(id=link.membership_id).with_for_update())
    if membership is None or membership.state != "invited":
        return None
    membership.state = "active"
    await session.flush()
    return membership


def acting(public: Principal, account_id: UUID, mandate: HeldMandate, sign_in_id: UUID) -> Principal:
    """Return somebody who acts by a mandate in the tenant of `public`."""
    return Principal(
        tenant_id=public.tenant_id,
        tenant=public.tenant,
        role=mandate.role,
        organisation_id=mandate.organisation_id,
        account_id=account_id,
        sign_in_id=sign_in_id,
    )
