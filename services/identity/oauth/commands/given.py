"""What became of a token that was given: ending it (RFC 7009), and asking whether it is good (RFC 7662)."""

from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc.jwk import KeySet
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from typing_extensions import override

from libs.errors import Unauthenticated
from libs.web.tokens import AUDIENCE, Claims, read_claims
from services.identity.oauth.commands.asking import AskForToken, token_server
from services.identity.oauth.commands.grants import Family, end_family, family_of, refresh_state
from services.identity.oauth.commands.refusing import count_refusal
from services.identity.oauth.commands.server import BASIC, SIGNED, Caller, Desk, Server, answer_to
from services.identity.oauth.domain import Answer, OAuthRequest, read_form, require_one_way_in
from services.identity.tokens.commands import Issuer, revoke
from services.identity.tokens.queries import published_keys, revoked

REVOKE, INTROSPECT = "revocation", "introspection"
_PATHS = {REVOKE: "/oauth/revoke", INTROSPECT: "/oauth/introspect"}


async def ask_about_token(
    session: AsyncSession, issuer: Issuer, endpoint: str, command: AskForToken, now: Any
) -> Answer:
    """Answer a client about a token of its own; of another's, and of what is none, nothing is said."""
    try:
        form = read_form(command.content_type, command.body)
        require_one_way_in(command.authorization, form)
    except OAuth2Error as error:
        return answer_to(error)
    request = OAuthRequest(issuer.name, _PATHS[endpoint], form, command.authorization)
    desk = Desk(session, issuer, await issuer.key(session, now), now)

    def answer(sync_session: Session) -> tuple[Answer, Caller | None]:
        server = token_server(desk, sync_session)
        server.register_endpoint(_Revocation)
        server.register_endpoint(_Introspection)
        return server.create_endpoint_response(endpoint, request), server.refused

    answered, refused = await session.run_sync(answer)
    return await count_refusal(desk, request, command.network, answered, refused)


class _OfOwnClient:
    """Finds a token of the client that asks, of whichever kind: the hint may be wrong (RFC 7009, 2.1)."""

    CLIENT_AUTH_METHODS = (BASIC, SIGNED)
    server: Server

    def authenticate_token(self, request: OAuthRequest, client: Caller) -> Family | Claims | None:
        self.check_params(request, client)  # type: ignore[attr-defined] # Authlib's
        token = request.form["token"]
        family = family_of(self.server, token, client)
        if family is not None:
            return family
        keys = self.server.wait_for(published_keys(self.server.desk.session))
        try:
            claims = read_claims(token, KeySet.import_key_set({"keys": keys}), self.server.desk.issuer.name)
        except Unauthenticated:
            return None
        return claims if claims.client_id == client.client.id else None


class _Revocation(_OfOwnClient, RevocationEndpoint):  # type: ignore[misc] # Authlib has no types
    @override
    def revoke_token(self, token: Family | Claims, request: OAuthRequest) -> None:
        """End one access token; a refresh token's whole family goes with it."""
        if isinstance(token, Family):
            end_family(self.server, token.consent, "revoked")
        else:
            desk = self.server.desk
            self.server.wait_for(revoke(desk.session, f"jti:{token.jti}", desk.now))


class _Introspection(_OfOwnClient, IntrospectionEndpoint):  # type: ignore[misc] # Authlib has no types
    @override
    def create_introspection_payload(self, token: Family | Claims | None) -> dict[str, Any]:
        now = self.server.desk.now
        if isinstance(token, Family):
            return self._of_refresh_token(token)
        if token is None or token.exp <= now.timestamp():
            return {"active": False}
        if token.names & set(self.server.wait_for(revoked(self.server.desk.session, now))):
            return {"active": False}
        return {
            "active": True,
            "token_type": "Bearer",
            "iss": token.iss,
            "aud": AUDIENCE,
            "sub": token.sub,
            "client_id": str(token.client_id),
            "scope": token.scope,
            "iat": token.iat,
            "exp": token.exp,
            "jti": token.jti,
            "tenant": token.tenant,
            "role": token.role,
        }

    def _of_refresh_token(self, family: Family) -> dict[str, Any]:
        state, consent = refresh_state(self.server, family), family.consent
        if not state.is_good(self.server.desk.now) or state.used_at is not None:
            return {"active": False}
        return {
            "active": True,
            "iss": self.server.desk.issuer.name,
            "sub": str(consent.account_id),
            "client_id": str(consent.client_id),
            "scope": family.get_scope(),
        }
