"""HTTP face of sign-ins. Answers hold secrets: they are stored nowhere, so no Idempotency-Key brings them back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.contracts.programme import Text
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from services.identity.attempts.commands import count_attempt
from services.identity.links.personas import personas_allowed
from services.identity.memberships.domain import HeldMandate, Role
from services.identity.passkeys.commands import Question, SignInByPasskey, ask_for_known, sign_in_by_passkey
from services.identity.sign_ins.commands import (
    RenewToken,
    SignedIn,
    SignInByCode,
    SignInByLink,
    end_others,
    end_own,
    end_sign_in,
    renew_token,
    sign_in,
    sign_in_by_code,
)
from services.identity.sign_ins.queries import SignInEntry, Whose, list_sign_ins
from services.identity.sign_ons.queries import way_out
from services.identity.tokens.commands import Issuer
from services.identity.tokens.domain import AccessToken
from services.identity.tokens.invitations import ExchangeInvitation, speaker_by

_SECRET = CacheControlHeader(no_store=True)


class AccountView(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    email: str
    language: str


class MandateView(Struct, frozen=True, kw_only=True):
    id: UUID
    role: Role
    organisation_id: UUID | None
    organisation: Text | None


class SignInView(Struct, frozen=True, kw_only=True):
    """`secret` renews the tokens. While several mandates are open to choice, none is chosen and there is no token."""

    id: UUID
    secret: str
    account: AccountView
    memberships: list[MandateView]
    membership_id: UUID | None
    access_token: str | None
    expires_in: int | None  # seconds


class TokenView(Struct, frozen=True, kw_only=True):
    access_token: str
    expires_in: int  # seconds
    membership_id: UUID


class EndedView(Struct, frozen=True, kw_only=True):
    """`leave_at`: where to sign out of the provider that one came by (OpenID Connect RP-Initiated Logout 1.0)."""

    leave_at: str | None


class InvitationTokenView(Struct, frozen=True, kw_only=True):
    access_token: str
    expires_in: int  # seconds
    invitation_id: UUID


class Ended(Struct, frozen=True):
    """How many sign-ins were ended."""

    ended: int


class SignInController(Controller):
    path = "/sign-ins"
    tags = ("sign-in",)

    @post(operation_id="sign_in", opt={"action": "sign_in"}, cache_control=_SECRET)
    async def begin(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[SignInByLink],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        issuer: NamedDependency[Issuer],
    ) -> SignInView:
        """Use a link up. Only this does: looking at its page, as mail scanners do, uses nothing up."""
        begun = await sign_in(session, principal, data, now, personas=personas_allowed(settings))
        acting = begun.principal(principal)
        return sign_in_view(begun, await issuer.issue(session, acting, now) if acting else None)

    @get(operation_id="list_sign_ins", opt={"action": "sign_ins.read"})
    async def list_all(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        whose: FromQuery[Whose] = "mine",
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response[Page[SignInEntry]]:
        """List one's own sign-ins; `whose=organisation` those for one's organisation, for who watches over it."""
        rows = await list_sign_ins(session, principal, whose, now, after=decode(cursor), limit=limit + 1)
        return page(request, rows, limit, lambda entry: entry.id)

    @post("/{sign_in_id:uuid}/ending", operation_id="end_own_sign_in", status_code=204, opt={"action": "sign_ins.end"})
    async def end_one(
        self,
        sign_in_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> None:
        """End one of one's own sign-ins, on whatever device."""
        await end_own(session, principal, sign_in_id, now)

    @post("/ending", operation_id="end_other_sign_ins", status_code=200, opt={"action": "sign_ins.end"})
    async def end_all_others(
        self,
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> Ended:
        """End all of one's own sign-ins but the one that asks."""
        return Ended(await end_others(session, principal, now))

    @post("/passkey-questions", operation_id="ask_for_passkey", opt={"action": "sign_in"})
    async def ask_for_passkey(
        self,
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> Question:
        """Return what the browser asks a device with; the same for everybody."""
        return await ask_for_known(session, principal, now, settings)

    @post("/by-passkey", operation_id="sign_in_by_passkey", opt={"action": "sign_in"}, cache_control=_SECRET)
    async def begin_by_passkey(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[SignInByPasskey],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        issuer: NamedDependency[Issuer],
    ) -> SignInView:
        begun = await sign_in_by_passkey(session, principal, data, now, settings)
        acting = begun.principal(principal)
        return sign_in_view(begun, await issuer.issue(session, acting, now) if acting else None)

    @post("/by-code", operation_id="sign_in_by_code", opt={"action": "sign_in"}, cache_control=_SECRET)
    async def begin_by_code(
        self,
        data: JSONBody[SignInByCode],
        sessions: NamedDependency[Sessions],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        issuer: NamedDependency[Issuer],
    ) -> SignInView:
        """Use up a mailed link where it was asked for, by the code that its page shows in any other browser."""
        await count_attempt(sessions, principal, f"code {data.browser}", now)
        # begun only now: whoever counts while holding another connection may wait for one that nobody gives back
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            begun = await sign_in_by_code(session, principal, data, now)
            acting = begun.principal(principal)
            return sign_in_view(begun, await issuer.issue(session, acting, now) if acting else None)

    @post(
        "/{sign_in_id:uuid}/tokens",
        operation_id="renew_token",
        status_code=200,
        opt={"action": "sign_in"},
        cache_control=_SECRET,
    )
    async def renew(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        sign_in_id: FromPath[UUID],
        data: JSONBody[RenewToken],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        issuer: NamedDependency[Issuer],
    ) -> TokenView:
        """Give the next access token; `membership_id` chooses for which mandate one acts from now on."""
        renewed = await renew_token(session, principal, sign_in_id, data, now)
        token = await issuer.issue(session, renewed.principal, now)
        return TokenView(
            access_token=token.access_token, expires_in=token.expires_in, membership_id=renewed.membership_id
        )

    @delete(
        "/{sign_in_id:uuid}",
        operation_id="end_sign_in",
        status_code=200,
        opt={"action": "sign_in"},
        cache_control=_SECRET,
    )
    async def end(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        sign_in_id: FromPath[UUID],
        secret: Annotated[str, HeaderParameter(name="X-Sign-In-Secret", max_length=200)],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> EndedView:
        """End a sign-in here; who came by a provider may then leave it too."""
        await end_sign_in(session, principal, sign_in_id, secret, now)
        return EndedView(leave_at=await way_out(session, sign_in_id, settings))


class InvitationTokenController(Controller):
    path = "/invitation-tokens"
    tags = ("sign-in",)

    @post(operation_id="exchange_invitation", opt={"action": "tokens.obtain"}, cache_control=_SECRET)
    async def exchange(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[ExchangeInvitation],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        issuer: NamedDependency[Issuer],
    ) -> InvitationTokenView:
        """Give a speaker a token for the one invitation that their link names."""
        speaker = speaker_by(data.link, principal, settings.key)
        token = await issuer.issue(session, speaker.principal, now)
        return InvitationTokenView(
            access_token=token.access_token,
            expires_in=token.expires_in,
            invitation_id=speaker.invitation_id,
        )


def sign_in_view(begun: SignedIn, token: AccessToken | None) -> SignInView:
    known_as = (begun.chosen or begun.mandates[0]).name
    return SignInView(
        id=begun.id,
        secret=begun.secret,
        account=AccountView(
            id=begun.holder.account_id, name=known_as, email=begun.holder.email, language=begun.holder.language
        ),
        memberships=[_mandate(mandate) for mandate in begun.mandates],
        membership_id=begun.chosen.id if begun.chosen else None,
        access_token=token.access_token if token else None,
        expires_in=token.expires_in if token else None,
    )


def _mandate(held: HeldMandate) -> MandateView:
    return MandateView(id=held.id, role=held.role, organisation_id=held.organisation_id, organisation=held.organisation)
