"""private_key_jwt: a client signs who it is (RFC 7523), for five minutes at most and once."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from typing_extensions import override

from libs.sealing import fingerprint
from services.identity.clients.keys import ALGORITHMS
from services.identity.clients.models import ClientAssertion
from services.identity.oauth.assertions import SKEW, admit_claims, admit_header, until
from services.identity.oauth.commands.server import SIGNED, Caller, Server
from services.identity.oauth.domain import OAuthRequest


class SignedAssertion(JWTBearerClientAssertion):  # type: ignore[misc] # Authlib has no types
    """Authlib's, with our own name for it, our own list of algorithms, and a `jti` that the database knows once."""

    CLIENT_AUTH_METHOD = SIGNED

    def __init__(self, server: Server) -> None:
        super().__init__(leeway=0)
        self._server = server
        self._caller: Caller | None = None

    @override
    def __call__(self, query_client: Any, request: OAuthRequest) -> Caller | None:
        try:
            found: Caller | None = super().__call__(query_client, request)
        except InvalidClientError:
            self._server.refused = self._caller
            raise
        return found

    @override
    def resolve_client_public_key(self, client: Caller) -> KeySet:
        self._caller = client
        if client.client.jwks is None:
            raise InvalidClientError
        return KeySet.import_key_set(client.client.jwks)  # type: ignore[arg-type]

    @override
    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:
        try:
            admit_header(jws.extract_compact(assertion.encode()).headers())
            claims = jwt.decode(assertion, resolve_key, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError) as error:
            raise InvalidClientError from error
        admit_claims(claims, self._server.desk.issuer.name, self._server.desk.now)
        if not self.validate_jti(claims, claims["jti"]):
            raise InvalidClientError
        return claims

    @override
    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        assert self._caller is not None  # noqa: S101 (whose key it was checked by)
        client, desk = self._caller.client, self._server.desk
        session = self._server.session
        session.execute(delete(ClientAssertion).where(ClientAssertion.expires_at < desk.now - 2 * SKEW))
        row = insert(ClientAssertion).values(
            tenant_id=client.tenant_id,
            client_id=client.id,
            jti=fingerprint(jti),
            expires_at=until(claims),
        )
        return session.scalar(row.on_conflict_do_nothing().returning(ClientAssertion.jti)) is not None
