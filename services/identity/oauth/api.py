"""HTTP face of the authorization server: token endpoint, keys, metadata. Its errors are RFC 6749's, not problems."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException

from libs.config import Settings
from libs.db.tenancy import Sessions
from libs.permissions import SCOPES
from services.identity.oauth.commands import AskForToken, ask_for_token
from services.identity.oauth.domain import metadata
from services.identity.tokens.commands import Issuer
from services.identity.tokens.queries import published_keys

_PUBLISHED = CacheControlHeader(public=True, max_age=300)


class OAuthController(Controller):
    tags = ("oauth",)

    @post("/oauth/token", operation_id="obtain_token", status_code=200)
    async def obtain_token(
        self,
        request: Request[Any, Any, Any],
        sessions: NamedDependency[Sessions],
        issuer: NamedDependency[Issuer],
        now: NamedDependency[datetime],
    ) -> Response[dict[str, Any]]:
        """Give a client a token for its credentials (HTTP Basic): `grant_type=client_credentials`, `scope` if less."""
        try:
            body = await request.body()
        except HTTPException as error:  # more than we read
            return _refuse(error.status_code)
        authorization, content_type = (request.headers.get(name, "") for name in ("authorization", "content-type"))
        async with sessions.begin() as session:
            answer = await ask_for_token(session, issuer, AskForToken(authorization, content_type, body), now)
        return Response(answer.body, status_code=answer.status, headers=answer.headers)

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
        return metadata(settings.issuer, list(SCOPES))


def _refuse(status: int) -> Response[dict[str, Any]]:
    body = {"error": "invalid_request", "error_description": "The request is too large."}
    return Response(body, status_code=status, headers={"Cache-Control": "no-store"})
