"""HTTP face of the authorization server. Its errors are RFC 6749's, not problems; its pages are the portal's."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.i18n.languages import LANGUAGES, negotiate
from libs.permissions import IDENTITY_SCOPES, SCOPES, SignInNeeded
from libs.web.tokens import TokenVerifier
from services.identity.oauth.commands.asking import AskForToken, Led, ask_for_token, ask_to_authorize
from services.identity.oauth.commands.given import INTROSPECT, REVOKE, ask_about_token
from services.identity.oauth.commands.leaving import ask_to_leave
from services.identity.oauth.domain import Answer
from services.identity.oauth.metadata import metadata
from services.identity.oauth.queries import person_of
from services.identity.oauth.throttle import network_of
from services.identity.tokens.commands import Issuer
from services.identity.tokens.queries import published_keys, revoked

Ask = Callable[[AsyncSession, Issuer, bytes, str, datetime], Awaitable[Led]]

_PUBLISHED = CacheControlHeader(public=True, max_age=300)
_JUST_NOW = CacheControlHeader(no_store=True)
_LEADING = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class OAuthController(Controller):
    tags = ("oauth",)

    @get("/oauth/authorize", operation_id="authorize")
    async def authorize(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Lead a person to the page that asks whether an application may act in their name (code and PKCE, S256)."""
        return await _lead(ask_to_authorize, request, request.scope["query_string"], sessions, issuer, settings, now)

    @post("/oauth/authorize", operation_id="authorize_by_form", status_code=303)
    async def authorize_by_form(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Take the same request as a form (OpenID Connect Core 1.0, 3.1.2.1)."""
        return await _lead(ask_to_authorize, request, await request.body(), sessions, issuer, settings, now)

    @get("/oauth/logout", operation_id="leave")
    async def leave(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Lead a person to the page that asks whether to sign out (OpenID Connect RP-Initiated Logout 1.0)."""
        return await _lead(ask_to_leave, request, request.scope["query_string"], sessions, issuer, settings, now)

    @post("/oauth/logout", operation_id="leave_by_form", status_code=303)
    async def leave_by_form(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Take the same as a form: an id_token need not stand in an address."""
        return await _lead(ask_to_leave, request, await request.body(), sessions, issuer, settings, now)

    @post("/oauth/token", operation_id="obtain_token", status_code=200)
    async def obtain_token(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        now: NamedDependency[datetime],
    ) -> Response[dict[str, Any]]:
        """Give a client a token, for itself (`client_credentials`), for a code or for a refresh token.

        The client authenticates by HTTP Basic, or by an assertion that it signed (`private_key_jwt`).
        """
        try:
            body = await request.body()
        except HTTPException as error:  # more than we read
            return too_large(error.status_code)
        async with sessions.begin() as session:
            return answered(
                await ask_for_token(session, issuer, AskForToken(*_said(request), body, _network(request)), now)
            )

    @post("/oauth/revoke", operation_id="revoke_token", status_code=200)
    async def revoke_token(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        now: NamedDependency[datetime],
    ) -> Response[dict[str, Any]]:
        """End an access token, or a refresh token with all that came of it (RFC 7009)."""
        return await _about_token(REVOKE, request, sessions, issuer, now)

    @post("/oauth/introspect", operation_id="introspect_token", status_code=200)
    async def introspect_token(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        now: NamedDependency[datetime],
    ) -> Response[dict[str, Any]]:
        """Say whether a token of the asking client is good, and for what (RFC 7662)."""
        return await _about_token(INTROSPECT, request, sessions, issuer, now)

    @get("/oauth/revoked", operation_id="list_revoked", cache_control=_JUST_NOW)
    async def list_revoked(
        self, sessions: NamedDependency[Sessions], now: NamedDependency[datetime]
    ) -> dict[str, list[str]]:
        """Return what services refuse before its time: ids of clients, consents and tokens, of the last minutes."""
        async with sessions.begin() as session:
            return {"revoked": await revoked(session, now)}

    @get("/oauth/userinfo", operation_id="read_userinfo")
    async def read_person(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        verifier: NamedDependency[TokenVerifier],
        now: NamedDependency[datetime],
    ) -> dict[str, Any]:
        """Say for whom a token acts (OpenID Connect Core 1.0, 5.3): by `openid`, `profile`, `email`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise SignInNeeded
        principal = await verifier.verify(token)
        async with unit_of_work(sessions, principal.tenant_id) as session:
            return await person_of(session, principal, now)

    @get("/oauth/jwks", operation_id="read_keys", cache_control=_PUBLISHED)
    async def read_keys(
        self, sessions: NamedDependency[Sessions], issuer: NamedDependency[Issuer], now: NamedDependency[datetime]
    ) -> dict[str, Any]:
        """Return the keys that our tokens are checked by (RFC 7517)."""
        async with sessions.begin() as session:
            await issuer.key(session, now)  # before the first token there is none yet
            return {"keys": await published_keys(session)}

    @get("/.well-known/oauth-authorization-server", operation_id="read_metadata", cache_control=_PUBLISHED)
    async def read_metadata(self, settings: NamedDependency[Settings]) -> dict[str, Any]:
        """Say where everything is (RFC 8414)."""
        return metadata(settings.issuer, [*SCOPES, *IDENTITY_SCOPES])

    @get("/.well-known/openid-configuration", operation_id="read_openid_configuration", cache_control=_PUBLISHED)
    async def read_openid_configuration(self, settings: NamedDependency[Settings]) -> dict[str, Any]:
        """Say the same where OpenID Connect looks for it."""
        return metadata(settings.issuer, [*SCOPES, *IDENTITY_SCOPES])


def answered(answer: Answer) -> Response[dict[str, Any]]:
    return Response(answer.body, status_code=answer.status, headers=answer.headers)


def too_large(status: int) -> Response[dict[str, Any]]:
    body = {"error": "invalid_request", "error_description": "The request is too large."}
    return Response(body, status_code=status, headers={"Cache-Control": "no-store"})


def _network(request: Request[Any, Any, Any]) -> str:
    return network_of(request.client.host) if request.client else ""


def _said(request: Request[Any, Any, Any]) -> tuple[str, str]:
    headers: Mapping[str, str] = request.headers
    return headers.get("authorization", ""), headers.get("content-type", "")


async def _about_token(
    endpoint: str, request: Request[Any, Any, Any], sessions: Sessions, issuer: Issuer, now: datetime
) -> Response[dict[str, Any]]:
    try:
        body = await request.body()
    except HTTPException as error:  # more than we read
        return too_large(error.status_code)
    async with sessions.begin() as session:
        return answered(
            await ask_about_token(session, issuer, endpoint, AskForToken(*_said(request), body, _network(request)), now)
        )


async def _lead(  # noqa: PLR0913, PLR0917 (what is asked, and what the four handlers were injected with)
    ask: Ask,
    request: Request[Any, Any, Any],
    query: bytes,
    sessions: Sessions,
    issuer: Issuer,
    settings: Settings,
    now: datetime,
) -> Redirect:
    """Lead a person to the portal's page that asks them, in their language."""
    async with sessions.begin() as session:
        led = await ask(session, issuer, query, f"{settings.base_url}/{_language(request)}", now)
    return Redirect(led.address, status_code=303, headers=_LEADING)


def _language(request: Request[Any, Any, Any]) -> str:
    """Return the language of the page: the first of those asked for that we speak (`ui_locales`), or the browser's."""
    for each in request.query_params.get("ui_locales", "").split():
        if each in LANGUAGES:
            return str(each)
    return str(negotiate(request.headers.get("accept-language", ""), LANGUAGES))
