"""What a client gets a token for: itself, a code, a refresh token."""

from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin, TokenMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from msgspec import structs
from sqlalchemy import select
from typing_extensions import override
from uuid_utils.compat import uuid7

from libs.identity import Principal
from libs.journal.commands import record
from libs.permissions import PUBLIC
from libs.sealing import fingerprint, lasting_secret
from services.identity.clients.domain import granted
from services.identity.consents.domain import Refresh
from services.identity.consents.models import Consent, RefreshToken
from services.identity.holders.queries import holder_by_account
from services.identity.oauth.commands.server import BASIC, SIGNED, Caller, Server
from services.identity.tokens.commands import revoke
from services.identity.tokens.signing import sign_id_token

_REFRESH = "refresh-token"


class MachineGrant(ClientCredentialsGrant):  # type: ignore[misc] # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, SIGNED)

    @override
    def validate_requested_scope(self) -> None:
        """Refuse what this client may not have; Authlib looks only whether the server knows the scope."""
        if granted(self.request.payload.scope, self.request.client.client.scopes) is None:
            raise InvalidScopeError


class S256(CodeChallenge):  # type: ignore[misc] # Authlib has no types
    """PKCE for every client, by S256 alone, already where the person is asked (RFC 9700, 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    @override
    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        said = grant.request.payload.data
        if "code_challenge" not in said or said.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A code_challenge by the method S256 is needed.")
        super().validate_code_challenge(grant, redirect_uri)


class Family(AuthorizationCodeMixin, TokenMixin):  # type: ignore[misc] # Authlib has no types
    """A consent, as Authlib asks about codes and refresh tokens; `refresh` is the token that came, if it was one."""

    code_challenge_method = "S256"

    def __init__(self, consent: Consent, refresh: RefreshToken | None = None) -> None:
        self.consent = consent
        self.refresh = refresh
        self.code_challenge = consent.code_challenge

    @override
    def get_redirect_uri(self) -> str:
        return self.consent.redirect_uri

    @override
    def get_scope(self) -> str:
        return " ".join(self.consent.scopes)

    @override
    def check_client(self, client: Caller) -> bool:
        return self.consent.client_id == client.client.id


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
    """A code is good once, whatever becomes of the attempt; one that comes again later ends its family."""

    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, SIGNED)
    server: Server

    @override
    def query_authorization_code(self, code: str, client: Caller) -> Family | None:
        wanted = select(Consent).filter_by(code_hash=fingerprint(code), client_id=client.client.id).with_for_update()
        consent = self.server.session.scalar(wanted)
        if consent is None:
            return None
        now = self.server.desk.now
        if consent.code.is_replayed(now):
            end_family(self.server, consent, "code-replayed")
            return None
        if not consent.code.is_good(now):
            return None
        consent.code_used_at = now
        return Family(consent)

    @override
    def authenticate_user(self, authorization_code: Family) -> "Acting":
        return acting_for(self.server, authorization_code, self.request.client)

    @override
    def delete_authorization_code(self, authorization_code: Family) -> None:
        """Keep it: that it was used is what a replay is known by."""


class RotatingGrant(RefreshTokenGrant):  # type: ignore[misc] # Authlib has no types
    """Each refresh token gives the next one; one that was used already ends its family (RFC 9700, 4.14.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = (BASIC, SIGNED)
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Server

    @override
    def authenticate_refresh_token(self, refresh_token: str) -> Family | None:
        family = family_of(self.server, refresh_token, self.request.client)
        if family is None or family.refresh is None:
            return None
        state, now = refresh_state(self.server, family), self.server.desk.now
        if not state.is_good(now):
            return None
        if state.is_replayed(now):
            end_family(self.server, family.consent, "refresh-token-replayed")
            return None
        family.refresh.used_at = family.refresh.used_at or now
        return family

    @override
    def authenticate_user(self, refresh_token: Family) -> "Acting":
        return acting_for(self.server, refresh_token, self.request.client)

    @override
    def revoke_old_credential(self, refresh_token: Family) -> None:
        """Nothing is left to do: it is marked as used where it was found."""


def generate(server: Server, **said: Any) -> dict[str, Any]:
    """Return what the token endpoint answers; Authlib's generator of tokens."""
    client: Caller = said["client"]
    user: Acting | None = said["user"]
    if user is None:
        scopes = granted(said["scope"], client.client.scopes) or frozenset()
        token = server.desk.issuer.sign(server.desk.key, client.principal(scopes), server.desk.now)
        more = {}
    else:
        scopes = frozenset((said["scope"] or "").split()) & frozenset(client.client.scopes)
        acting = structs.replace(user.principal, scopes=scopes)
        token = server.desk.issuer.sign(server.desk.key, acting, server.desk.now, user.family.consent.id)
        more = {"refresh_token": next_refresh_token(server, user.family)}
    return {
        "access_token": token.access_token,
        "token_type": "Bearer",
        "expires_in": token.expires_in,
        "scope": " ".join(sorted(scopes)),
        **more,
    }


def next_refresh_token(server: Server, family: Family) -> str:
    """Make the next token of a family, or tell again the one that was made just now and not used yet."""
    consent, old = family.consent, family.refresh
    if old is not None and old.successor_id is not None:
        return _secret(server, consent, old.successor_id)
    identifier = uuid7()
    secret = _secret(server, consent, identifier)
    server.session.add(
        RefreshToken(
            tenant_id=consent.tenant_id,
            id=identifier,
            consent_id=consent.id,
            hash=fingerprint(secret),
            made_at=server.desk.now,
        )
    )
    if old is not None:
        old.successor_id = identifier
    return secret


def family_of(server: Server, refresh_token: str, client: Caller) -> Family | None:
    """Return the family that a refresh token of a client belongs to, locked: its tokens take turns."""
    found = select(RefreshToken.consent_id).filter_by(hash=fingerprint(refresh_token)).scalar_subquery()
    consent = server.session.scalar(select(Consent).where(Consent.id == found).with_for_update())
    if consent is None or consent.client_id != client.client.id:
        return None
    token = select(RefreshToken).filter_by(hash=fingerprint(refresh_token)).execution_options(populate_existing=True)
    return Family(consent, server.session.scalars(token).one())


def refresh_state(server: Server, family: Family) -> Refresh:
    consent, token = family.consent, family.refresh
    assert token is not None  # noqa: S101 (found by it)
    assert consent.decided_at is not None  # noqa: S101 (a token came of it)
    used = select(RefreshToken.used_at).filter_by(id=token.successor_id)
    return Refresh(
        decided_at=consent.decided_at,
        ended_at=consent.ended_at,
        made_at=token.made_at,
        used_at=token.used_at,
        successor_used=token.successor_id is not None and server.session.scalar(used) is not None,
    )


def end_family(server: Server, consent: Consent, reason: str) -> None:
    """Let nothing that came of a consent be good any more, and note why."""
    if consent.ended_at is not None:
        return
    consent.ended_at = server.desk.now
    server.wait_for(revoke(server.desk.session, f"consent:{consent.id}", server.desk.now))
    nobody = Principal(tenant_id=consent.tenant_id, tenant="", role=PUBLIC)
    client = str(consent.client_id)
    record(server.desk.session, nobody, "consents.end", consent.id, server.desk.now, reason=reason, client=client)


class Acting:
    """Whom a token lets act, and by which consent: Authlib's user."""

    def __init__(self, principal: Principal, family: Family, language: str, email: str) -> None:
        self.principal = principal
        self.family = family
        self.language = language
        self.email = email


def acting_for(server: Server, family: Family, client: Caller) -> Acting:
    """Return whom a client may act for now: the mandate is looked at anew each time."""
    consent = family.consent
    assert consent.account_id is not None  # noqa: S101 (somebody has decided)
    holder = server.wait_for(holder_by_account(server.desk.session, consent.account_id, server.desk.now))
    held = [each for each in holder.mandates if each.id == consent.membership_id] if holder else []
    if holder is None or not held or not held[0].holds(holder.today):
        raise InvalidGrantError("The mandate that this was agreed to by holds no longer.")
    [mandate] = held
    principal = Principal(
        tenant_id=consent.tenant_id,
        tenant=client.tenant,
        role=mandate.role,
        organisation_id=mandate.organisation_id,
        account_id=consent.account_id,
        client_id=client.client.id,
    )
    return Acting(principal, family, holder.language, holder.email)


def _secret(server: Server, consent: Consent, token_id: UUID) -> str:
    return lasting_secret(server.desk.issuer.deployment_key, _REFRESH, consent.tenant_id, token_id)


class IdToken:
    """Tells a client that asked for `openid` who signed in, and when (OpenID Connect Core 1.0, 3.1.3)."""

    def __call__(self, grant: CodeGrant) -> None:
        grant.register_hook("after_create_token_response", self.add)

    def add(self, grant: CodeGrant, response: tuple[int, dict[str, Any], Any]) -> None:
        _, token, _ = response
        if "openid" not in token["scope"].split():
            return
        desk, consent = grant.server.desk, grant.request.authorization_code.consent
        issued = int(desk.now.timestamp())
        claims = {
            "iss": desk.issuer.name,
            "sub": str(consent.account_id),
            "aud": str(consent.client_id),
            "iat": issued,
            "exp": issued + token["expires_in"],
        }
        if consent.nonce is not None:
            claims["nonce"] = consent.nonce
        if consent.signed_in_at is not None:
            claims["auth_time"] = int(consent.signed_in_at.timestamp())
        token["id_token"] = sign_id_token(claims, token["access_token"], desk.key)
