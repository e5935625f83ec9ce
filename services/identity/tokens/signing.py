"""What a token says, and signing it: ES256 (RFC 7518, 3.4), through joserfc. No table, no clock."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import to_builtins

from libs.identity import Principal
from libs.sealing import seal, unseal
from libs.web.tokens import ALGORITHM, AUDIENCE, Claims
from services.identity.tokens.domain import TOKEN_GOOD_FOR

_PURPOSE = "signing-key"


def new_key() -> ECKey:
    """Return a fresh key whose `kid` is its thumbprint (RFC 7638)."""
    key = ECKey.generate_key("P-256")
    return ECKey.import_key({**key.as_dict(private=True), "kid": key.thumbprint()})


def public_half(key: ECKey) -> dict[str, Any]:
    """Return the key as verifiers read it (RFC 7517)."""
    return {**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}


def seal_key(deployment_key: bytes, key: ECKey) -> str:
    return seal(deployment_key, _PURPOSE, json.dumps(key.as_dict(private=True)))


def unseal_key(deployment_key: bytes, sealed: str) -> ECKey:
    return ECKey.import_key(json.loads(unseal(deployment_key, _PURPOSE, sealed)))


def claims_of(
    principal: Principal, issuer: str, now: datetime, token_id: UUID, consent_id: UUID | None = None
) -> Claims:
    """Return what a token says that lets its bearer be `principal` for ten minutes (RFC 9068, 2.2)."""
    issued = int(now.timestamp())
    return Claims(
        iss=issuer,
        aud=AUDIENCE,
        sub=str(principal.account_id or principal.client_id or principal.invitation_id),
        exp=issued + int(TOKEN_GOOD_FOR.total_seconds()),
        iat=issued,
        jti=str(token_id),
        tenant=principal.tenant,
        tenant_id=principal.tenant_id,
        role=principal.role,
        scope=" ".join(sorted(principal.scopes)),
        client_id=principal.client_id,
        account_id=principal.account_id,
        organisation_id=principal.organisation_id,
        invitation_id=principal.invitation_id,
        sign_in_id=principal.sign_in_id,
        consent_id=consent_id,
        link_hash=principal.link_hash,
    )


def sign_id_token(claims: dict[str, Any], access_token: str, key: ECKey) -> str:
    """Return what tells a client who signed in (OpenID Connect Core 1.0, 2); no service takes it for an access token.

    `at_hash` binds it to the access token that is given with it: the first half of the SHA-256 that ES256 signs.
    """
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    said = {**claims, "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("=")}
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}, said, key, algorithms=[ALGORITHM])


def sign(claims: Claims, key: ECKey) -> str:
    """Return the token; what a claim does not say is left out."""
    said = {name: value for name, value in to_builtins(claims).items() if value not in (None, "")}
    return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}, said, key, algorithms=[ALGORITHM])
