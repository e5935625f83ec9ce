"""Signing in, staying so, and ending it: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, structs
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import SignInEnded
from libs.errors import NoSuch
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
from services.identity.providers.models import IdentityProvider
from services.identity.sign_ins.domain import SIGNED_IN_FOR, SignInOver, SignInUnknown, Standing
from services.identity.sign_ins.models import SignIn
from services.identity.sign_ons.models import ProviderSession
from services.identity.tokens.commands import revoke

Device = Annotated[str, Meta(max_length=300, pattern=r"^[\x20-\x7e]*\Z")]  # as a browser names itself


class SignInByLink(Struct, frozen=True, forbid_unknown_fields=True):
    """`browser` is the secret that the link was asked for with: a mailed one signs in there only."""

    link: LinkText
    browser: LinkText | None = None
    device: Device = ""


class SignInByCode(Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(pattern=rf"^[0-9]{{{CODE_DIGITS}}}\Z")]
    browser: LinkText
    device: Device = ""


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
    return await _use(session, principal, link, command.device, now)


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
    return await _use(session, principal, link, command.device, now)


async def _use(session: AsyncSession, principal: Principal, link: SignInLink, device: str, now: datetime) -> SignedIn:
    link.used_at = now
    accepted = await _accept(session, link) if link.kind == "membership" else None
    holder = await holder_by_account(session, link.account_id, now)
    if holder is None:
        raise MandateOver
    mandates = holding(holder.mandates, holder.today)
    chosen = choose(mandates, link.membership_id)
    begun = await begin_sign_in(
        session, principal, holder, mandates, chosen, now, by=link.kind, link_id=link.id, device=device
    )
    if accepted is not None:
        publish(session, membership_changed(accepted), now)
        record(session, structs.replace(principal, account_id=link.account_id), "memberships.accept", accepted.id, now)
    return begun


async def begin_sign_in(  # noqa: PLR0913, PLR0917 (the slice's four, for which mandates, by what)
    session: AsyncSession,
    principal: Principal,
    holder: Holder,
    mandates: list[HeldMandate],
    chosen: HeldMandate | None,
    now: datetime,
    *,
    by: str,
    link_id: UUID | None = None,
    device: str = "",
) -> SignedIn:
    """Sign a holder in who has shown, `by` whatever way, that they are it."""
    secret = new_link()
    begun = SignIn(
        tenant_id=principal.tenant_id,
        account_id=holder.account_id,
        link_id=link_id,
        membership_id=chosen.id if chosen else None,
        secret_hash=fingerprint(secret),
        began_at=now,
        expires_at=now + SIGNED_IN_FOR,
        by=by,
        device=device,
        seen_at=now,
    )
    session.add(begun)
    await session.flush()
    record(session, structs.replace(principal, account_id=holder.account_id), "sign_in", begun.id, now, by=by)
    return SignedIn(begun.id, secret, holder, mandates, chosen)


async def renew_token(
    session: AsyncSession, principal: Principal, sign_in_id: UUID, command: RenewToken, now: datetime
) -> Renewed:
    """Return as whom a sign-in's next token lets act: mandates are looked at anew each time."""
    begun = await _lock_sign_in(session, sign_in_id)
    _standing(begun).admit(command.secret, now=now)
    holder = await holder_by_account(session, begun.account_id, now)
    if holder is None:
        raise MandateOver
    mandates = holding(holder.mandates, holder.today, through=await _through(session, sign_in_id))
    chosen = choose(mandates, command.membership_id or begun.membership_id)
    if chosen is None:
        raise MandateNotChosen(pointer="/membership_id")
    begun.membership_id, begun.seen_at = chosen.id, now
    return Renewed(chosen.id, acting(principal, begun.account_id, chosen, begun.id))


async def end_sign_in(
    session: AsyncSession, principal: Principal, sign_in_id: UUID, secret: str, now: datetime
) -> None:
    """End it; once more is harmless."""
    begun = await _lock_sign_in(session, sign_in_id)
    _standing(begun).know(secret)
    if begun.ended_at is None:
        await close_sign_in(session, principal, begun, now, by="holder")


async def end_own(session: AsyncSession, principal: Principal, sign_in_id: UUID, now: datetime) -> None:
    """End one of one's own sign-ins, wherever it was begun; once more is harmless."""
    begun = await session.scalar(_going_on(principal).where(SignIn.id == sign_in_id))
    if begun is not None:
        await close_sign_in(session, principal, begun, now, by="holder")
    elif await session.scalar(select(SignIn.id).filter_by(id=sign_in_id, account_id=principal.account_id)) is None:
        raise NoSuch(what="sign-in", id=sign_in_id)


async def end_others(session: AsyncSession, principal: Principal, now: datetime) -> int:
    """End all of one's own sign-ins but the one that asks; return how many there were."""
    others = list(await session.scalars(_going_on(principal).where(SignIn.id != principal.sign_in_id)))
    for begun in others:
        await close_sign_in(session, principal, begun, now, by="holder")
    return len(others)


def _going_on(principal: Principal) -> Select[SignIn]:
    own = (SignIn.tenant_id == principal.tenant_id) & (SignIn.account_id == principal.account_id)
    return select(SignIn).where(own, SignIn.ended_at.is_(None)).order_by(SignIn.id).with_for_update()


async def close_sign_in(session: AsyncSession, principal: Principal, begun: SignIn, now: datetime, *, by: str) -> None:
    """End a sign-in that goes on, and let nobody believe its tokens; the portal, which keeps it, is told."""
    begun.ended_at = now
    publish(session, SignInEnded(tenant_id=begun.tenant_id, id=begun.id, version=1), now)
    await revoke(session, f"sign-in:{begun.id}", now)
    record(session, structs.replace(principal, account_id=begun.account_id), "sign_in.end", begun.id, now, by=by)


def _standing(begun: SignIn) -> Standing:
    return Standing(begun.secret_hash, begun.expires_at, begun.ended_at, begun.seen_at)


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


async def _through(session: AsyncSession, sign_in_id: UUID) -> UUID | None:
    """Return the organisation whose provider somebody signed in by, if any; raise `SignInOver` if that is off now."""
    spoken = (
        select(ProviderSession.organisation_id, IdentityProvider.state)
        .join(
            IdentityProvider,
            (IdentityProvider.tenant_id == ProviderSession.tenant_id)
            & (IdentityProvider.id == ProviderSession.provider_id),
        )
        .where(ProviderSession.id == sign_in_id)
    )
    found = (await session.execute(spoken)).one_or_none()
    if found is None:
        return None
    if found.state == "off":
        raise SignInOver
    organisation_id: UUID = found.organisation_id
    return organisation_id


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
