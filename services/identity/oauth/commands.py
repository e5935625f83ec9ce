"""The token endpoint: Authlib's authorization server, over one transaction, with what it leaves open closed.

Its core is synchronous: it runs inside `AsyncSession.run_sync`, where queries still go through asyncpg.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientCredentialsGrant,
    ClientMixin,
    InvalidScopeError,
    OAuth2Error,
)
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from typing_extensions import override

from libs.identity import Principal
from libs.journal.commands import record
from libs.permissions import PUBLIC, SCOPES
from services.identity.clients.domain import granted, knows
from services.identity.clients.models import Client
from services.identity.links.domain import SIGN_IN_REFUSED
from services.identity.oauth.domain import TokenRequest, read_form
from services.identity.tenants.models import Tenant
from services.identity.tokens.commands import Issuer
from services.identity.tokens.domain import AccessToken

_METHOD = "client_secret_basic"
_GRANT_TYPE = "client_credentials"


class AskForToken(Struct, frozen=True):
    """A request as it came, not yet looked at."""

    authorization: str
    content_type: str
    body: bytes


class Answer(Struct, frozen=True):
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


async def ask_for_token(session: AsyncSession, issuer: Issuer, command: AskForToken, now: datetime) -> Answer:
    """Answer a token request (RFC 6749, 4.4 and 5); a known client's wrong secret is noted in its tenant's journal."""
    try:
        form = read_form(command.content_type, command.body)
    except OAuth2Error as error:
        return _answer(*error())
    request = TokenRequest(issuer.name, command.authorization, form)
    key = await issuer.key(session, now)

    def answer(sync_session: Session) -> tuple[Answer, _Caller | None]:
        server = _TokenServer(sync_session, lambda principal: issuer.sign(key, principal, now))
        return server.create_token_response(request), server.refused

    answered, refused = await session.run_sync(answer)
    if refused is not None:
        record(session, refused.stranger(), SIGN_IN_REFUSED, refused.client.id, now, reason="client-secret")
    return answered


class _Caller(ClientMixin):  # type: ignore[misc] # Authlib has no types
    """A client, as Authlib asks about it."""

    def __init__(self, client: Client, tenant: str) -> None:
        self.client: Client = client
        self._tenant = tenant

    def principal(self, scopes: frozenset[str]) -> Principal:
        assert self.client.role is not None  # noqa: S101 (a machine's)
        return Principal(
            tenant_id=self.client.tenant_id,
            tenant=self._tenant,
            role=self.client.role,
            organisation_id=self.client.organisation_id,
            client_id=self.client.id,
            scopes=scopes,
        )

    def stranger(self) -> Principal:
        """Return whoever gave this client's name and not its secret."""
        return Principal(tenant_id=self.client.tenant_id, tenant=self._tenant, role=PUBLIC)

    @override
    def get_client_id(self) -> str:
        return str(self.client.id)

    @override
    def check_client_secret(self, client_secret: str) -> bool:
        return knows(self.client.known_secrets, client_secret)

    @override
    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == _METHOD

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == _GRANT_TYPE and self.client.kind == "machine"


class _Grant(ClientCredentialsGrant):  # type: ignore[misc] # Authlib has no types
    @override
    def validate_requested_scope(self) -> None:
        """Refuse what this client may not have; Authlib looks only whether the server knows the scope."""
        if granted(self.request.payload.scope, self.request.client.client.scopes) is None:
            raise InvalidScopeError


class _TokenServer(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """One request's server: it holds that request's session."""

    def __init__(self, session: Session, sign: Callable[[Principal], AccessToken]) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self._session = session
        self._sign = sign
        self.refused: _Caller | None = None
        self.register_client_auth_method(_METHOD, self._authenticate)
        self.register_grant(_Grant)
        self.register_token_generator("default", self._generate)

    @override
    def query_client(self, client_id: str) -> _Caller | None:
        """Return a client by its id; only from then on does the transaction see its tenant's rows."""
        try:
            identifier = UUID(client_id)
        except ValueError:
            return None
        self._set("app.client", identifier)
        client = self._session.scalar(select(Client).filter_by(id=identifier, ended_at=None))
        if client is None:
            return None
        self._set("app.tenant", client.tenant_id)
        return _Caller(client, self._session.scalars(select(Tenant.slug)).one())

    @override
    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    @override
    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
        return _answer(status, body, headers)

    @override
    def save_token(self, token: dict[str, Any], request: TokenRequest) -> None:
        """Keep nothing: a token tells by itself what it is good for, for ten minutes."""

    @override
    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        pass

    def _authenticate(self, query_client: Callable[[str], _Caller | None], request: TokenRequest) -> _Caller | None:
        """Read the credentials ourselves: Authlib raises on those that are not UTF-8."""
        if request.credentials is None:
            return None
        identifier, secret = request.credentials
        caller = query_client(identifier)
        if caller is None or caller.check_client_secret(secret):
            return caller
        self.refused = caller
        return None

    def _generate(self, *, client: _Caller, scope: str | None, **_: object) -> dict[str, Any]:
        scopes = granted(scope, client.client.scopes) or frozenset()
        token = self._sign(client.principal(scopes))
        return {
            "access_token": token.access_token,
            "token_type": "Bearer",
            "expires_in": token.expires_in,
            "scope": " ".join(sorted(scopes)),
        }

    def _set(self, name: str, value: UUID) -> None:
        self._session.execute(select(func.set_config(name, str(value), True)))  # noqa: FBT003 (for this transaction)


def _answer(status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
    said = dict(headers)
    if status == 401:  # noqa: PLR2004 (RFC 7617, 2: the scheme has a realm, which Authlib leaves out)
        said["WWW-Authenticate"] = 'Basic realm="moussem", charset="UTF-8"'
    return Answer(status, body, said)
