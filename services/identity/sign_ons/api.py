"""HTTP face of sign-ons. The portal speaks for the browser; a provider itself speaks to the back channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, URLEncodedBody
from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.db.tenancy import Sessions, before_the_tenant, unit_of_work
from libs.errors import DomainError, Unavailable
from libs.fields import Language
from libs.fields import Link as LinkText
from libs.identity import Principal
from libs.journal.commands import record
from libs.permissions import PUBLIC
from services.identity.links.domain import SIGN_IN_REFUSED
from services.identity.openid import OpenId
from services.identity.providers.commands import lock_provider
from services.identity.providers.queries import SignOnChoice, choices_for
from services.identity.sign_ins.api import SignInView, sign_in_view
from services.identity.sign_ins.commands import SignedIn
from services.identity.sign_ons.asking import answer_of, departure_of
from services.identity.sign_ons.commands.attempts import BeginSignOn, SignOnAnswer, begin_sign_on, take_up
from services.identity.sign_ons.commands.departing import depart
from services.identity.sign_ons.commands.entering import (
    ConfirmLinking,
    ToConfirm,
    confirm_linking,
    finish_sign_on,
    finish_trial,
)
from services.identity.sign_ons.commands.provider import provider_for, provider_of_all
from services.identity.sign_ons.domain import NoRoleGiven, domain_of
from services.identity.tokens.commands import Issuer

_SECRET = CacheControlHeader(no_store=True)


class WhereTo(Struct, frozen=True):
    authorization_url: str


class Begun(Struct, frozen=True, forbid_unknown_fields=True):
    browser: LinkText
    language: Language


class LogoutForm(Struct, frozen=True):
    logout_token: Annotated[str, Meta(min_length=1, max_length=20_000)]


class SignOnView(Struct, frozen=True, kw_only=True):
    """One of the three: somebody is signed in; a letter waits at `confirm_by`; a provider was `tried`."""

    sign_in: SignInView | None = None
    confirm_by: str | None = None
    tried: UUID | None = None
    organisation_id: UUID | None = None


class SignOnController(Controller):
    path = "/sign-ons"
    tags = ("sign-in",)

    @get(operation_id="list_sign_on_choices", opt={"action": "sign_in"})
    async def choices(
        self, session: NamedDependency[AsyncSession], domain: FromQuery[Annotated[str, Meta(max_length=253)]]
    ) -> list[SignOnChoice]:
        """Tell the providers that addresses of a domain lead to, whoever has an account."""
        return await choices_for(session, domain_of(f"@{domain}"))

    @post(operation_id="begin_sign_on", opt={"action": "sign_in"}, cache_control=_SECRET)
    async def begin(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[BeginSignOn],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        openid: NamedDependency[OpenId],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> WhereTo:
        """Begin a sign-in by a provider; tell where the browser goes."""
        async with unit_of_work(sessions, principal.tenant_id) as session:
            provider = await provider_for(session, data.provider_id, "sign-in", settings.key)
        metadata = await openid.metadata(provider.issuer)
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            return WhereTo(await begin_sign_on(session, principal, data, provider, metadata, now, settings))

    @post("/answers", operation_id="answer_sign_on", opt={"action": "sign_in"}, cache_control=_SECRET)
    async def answer(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[SignOnAnswer],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        openid: NamedDependency[OpenId],
        issuer: NamedDependency[Issuer],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> SignOnView:
        """Finish a sign-in with what the browser came back with; an answer is used up whatever comes of it."""
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            attempt = await take_up(session, data, now, settings.key)
        told = await answer_of(openid, attempt, data, now, settings)
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            if attempt.purpose == "trial":
                tried = await finish_trial(session, principal, attempt, told.claims, now)
                return SignOnView(tried=tried.provider.id, organisation_id=tried.provider.organisation_id)
            outcome = await finish_sign_on(
                session, principal, attempt, told.claims, told.id_token, data.browser, now, settings
            )
            shown = await _shown(session, principal, outcome, issuer, now)
        return _or_refusal(shown)

    @post("/linkings", operation_id="confirm_linking", opt={"action": "sign_in"}, cache_control=_SECRET)
    async def confirm(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        data: JSONBody[ConfirmLinking],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> SignOnView:
        """Join somebody's provider with the account that they had, by the link that was mailed to it."""
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            outcome = await confirm_linking(session, principal, data, now, settings.key)
            shown = await _shown(session, principal, outcome, issuer, now)
        return _or_refusal(shown)


class TrialController(Controller):
    path = "/providers/{provider_id:uuid}/trials"
    tags = ("single sign-on",)

    @post(operation_id="try_provider", opt={"action": "providers.change"}, cache_control=_SECRET)
    async def begin(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        provider_id: FromPath[UUID],
        data: JSONBody[Begun],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        openid: NamedDependency[OpenId],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> WhereTo:
        """Begin a trial: the whole way of a sign-in, whose end only shows what came."""
        async with unit_of_work(sessions, principal.tenant_id) as session:
            await lock_provider(session, principal, provider_id)
            provider = await provider_for(session, provider_id, "trial", settings.key)
        metadata = await openid.metadata(provider.issuer, anew=True)
        command = BeginSignOn(provider_id=provider_id, browser=data.browser, language=data.language)
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            return WhereTo(
                await begin_sign_on(session, principal, command, provider, metadata, now, settings, purpose="trial")
            )


class BackChannelController(Controller):
    path = "/back-channel"
    tags = ("sign-in",)

    @post("/{provider_id:uuid}/logout", operation_id="back_channel_logout", status_code=200, cache_control=_SECRET)
    async def logout(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        provider_id: FromPath[UUID],
        data: URLEncodedBody[LogoutForm],
        sessions: NamedDependency[Sessions],
        openid: NamedDependency[OpenId],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> Response[Mapping[str, str]]:
        """Sign out whom a provider has signed out (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8)."""
        async with before_the_tenant(sessions, "app.provider", str(provider_id)) as session:
            found = await provider_of_all(session, provider_id, settings.key)
        if found is None:
            return _bad("invalid_request")
        tenant_id, provider = found
        principal = Principal(tenant_id=tenant_id, tenant="", role=PUBLIC, organisation_id=provider.organisation_id)
        try:
            departure = await departure_of(openid, provider, data.logout_token, now)
            async with unit_of_work(sessions, tenant_id) as session:
                await depart(session, principal, provider, departure, now)
        except Unavailable:
            raise
        except DomainError as error:
            async with unit_of_work(sessions, tenant_id) as session:
                record(session, principal, SIGN_IN_REFUSED, provider_id, now, reason=type(error).__name__)
            return _bad("invalid_request")
        return Response({}, status_code=200)


def _bad(error: str) -> Response[Mapping[str, str]]:
    return Response({"error": error}, status_code=400)


async def _shown(
    session: AsyncSession,
    principal: Principal,
    outcome: SignedIn | ToConfirm | NoRoleGiven,
    issuer: Issuer,
    now: datetime,
) -> SignOnView | NoRoleGiven:
    if isinstance(outcome, NoRoleGiven):
        return outcome
    if isinstance(outcome, ToConfirm):
        return SignOnView(confirm_by=outcome.email)
    acting = outcome.principal(principal)
    token = await issuer.issue(session, acting, now) if acting else None
    return SignOnView(sign_in=sign_in_view(outcome, token))


def _or_refusal(shown: SignOnView | NoRoleGiven) -> SignOnView:
    """Refuse once what had to take effect is kept: the mandates that a provider gives no more."""
    if isinstance(shown, NoRoleGiven):
        raise shown
    return shown
