"""One request's authorization server: it holds that request's session, and who its client is."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, InvalidClientError, OAuth2Error
from joserfc.jwk import ECKey
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only
from typing_extensions import override

from libs.identity import Principal
from libs.permissions import IDENTITY_SCOPES, PUBLIC, SCOPES
from services.identity.clients.domain import granted, knows
from services.identity.clients.models import Client
from services.identity.oauth.domain import Answer, OAuthRequest
from services.identity.oauth.metadata import METHODS
from services.identity.tenants.models import Tenant
from services.identity.tokens.commands import Issuer

T = TypeVar("T")
BASIC, SIGNED = METHODS
_GRANTS = {"machine": {"client_credentials"}, "application": {"authorization_code", "refresh_token"}}


class Desk(Struct, frozen=True):
    """What one request is answered with."""

    session: AsyncSession
    issuer: Issuer
    key: ECKey
    now: datetime


class Caller(ClientMixin):  # type: ignore[misc] # Authlib has no types
    """A client, as Authlib asks about it."""

    def __init__(self, client: Client, tenant: str) -> None:
        self.client: Client = client
        self.tenant = tenant

    def principal(self, scopes: frozenset[str]) -> Principal:
        assert self.client.role is not None  # noqa: S101 (a machine's)
        return Principal(
            tenant_id=self.client.tenant_id,
            tenant=self.tenant,
            role=self.client.role,
            organisation_id=self.client.organisation_id,
            client_id=self.client.id,
            scopes=scopes,
        )

    def stranger(self) -> Principal:
        """Return whoever gave this client's name and could not show to be it."""
        return Principal(tenant_id=self.client.tenant_id, tenant=self.tenant, role=PUBLIC)

    @override
    def get_client_id(self) -> str:
        return str(self.client.id)

    @override
    def get_default_redirect_uri(self) -> str | None:
        return None  # each request says it, letter by letter

    @override
    def get_allowed_scope(self, scope: str | None) -> str | None:
        found = granted(scope, self.client.scopes)
        return None if found is None else " ".join(sorted(found))

    @override
    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.client.redirect_uris

    @override
    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.client.kind == "application"

    @override
    def check_client_secret(self, client_secret: str) -> bool:
        return knows(self.client.known_secrets, client_secret)

    @override
    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in METHODS

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in _GRANTS[self.client.kind]


class Server(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """`refused` is the client whose name was given by somebody who could not show to be it."""

    def __init__(self, desk: Desk, session: Session) -> None:
        super().__init__(scopes_supported=[*SCOPES, *IDENTITY_SCOPES])
        self.desk = desk
        self.session = session
        self.refused: Caller | None = None
        self.register_client_auth_method(BASIC, self._by_secret)

    def wait_for(self, awaitable: Awaitable[T]) -> T:
        """Let the loop do what is asynchronous, as all that the session does inside `run_sync`."""
        done: T = await_only(awaitable)
        return done

    @override
    def query_client(self, client_id: str) -> Caller | None:
        """Return a client by its id; only from then on does the transaction see its tenant's rows."""
        try:
            identifier = UUID(client_id)
        except ValueError:
            return None
        self._set("app.client", identifier)
        client = self.session.scalar(select(Client).filter_by(id=identifier, ended_at=None))
        if client is None:
            return None
        self._set("app.tenant", client.tenant_id)
        return Caller(client, self.session.scalars(select(Tenant.slug)).one())

    @override
    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        return request

    @override
    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Answer:
        return Answer(status, body, dict(headers))

    @override
    def handle_error_response(self, request: OAuthRequest, error: OAuth2Error) -> Answer:
        """Say of a client that is not let in always the same (RFC 6749, 5.2), whatever it lacks."""
        if isinstance(error, InvalidClientError):
            return not_let_in()
        return answer_to(error)

    @override
    def save_token(self, token: dict[str, Any], request: OAuthRequest) -> None:
        """Keep nothing: an access token tells by itself what it is good for, for ten minutes."""

    @override
    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        pass

    def _by_secret(self, query_client: Callable[[str], Caller | None], request: OAuthRequest) -> Caller | None:
        """Read the credentials ourselves: Authlib raises on those that are not UTF-8."""
        if request.credentials is None:
            return None
        identifier, secret = request.credentials
        caller = query_client(identifier)
        if caller is None or caller.check_client_secret(secret):
            return caller
        self.refused = caller
        return None

    def _set(self, name: str, value: UUID) -> None:
        self.session.execute(select(func.set_config(name, str(value), True)))  # noqa: FBT003 (for this transaction)


def answer_to(error: OAuth2Error) -> Answer:
    status, body, headers = error()
    return Answer(status, body, dict(headers))


def not_let_in() -> Answer:
    body = {"error": "invalid_client", "error_description": "The client is not let in."}
    realm = 'Basic realm="moussem", charset="UTF-8"'  # RFC 7617, 2
    headers = {"WWW-Authenticate": realm, "Cache-Control": "no-store", "Pragma": "no-cache"}
    return Answer(401, body, headers)
