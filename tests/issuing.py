"""Access tokens for tests: made with a real key, checked by the services as they check the platform's own."""

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from uuid_utils.compat import uuid7

from libs.identity import Principal
from libs.web.tokens import ALGORITHM, AUDIENCE, TokenVerifier

ISSUER = "http://127.0.0.1:8000"


class Issuer:
    """An issuer with one key; `keys` counts how often it was asked for them."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": str(uuid7()), "use": "sig", "alg": ALGORITHM})
        self.asked = 0

    async def keys(self) -> dict[str, Any]:
        self.asked += 1
        return dict(KeySet([self._key]).as_dict(private=False))

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(ISSUER, self.keys)

    def token(self, principal: Principal, **claims: Any) -> str:
        """Return a token that says who `principal` is; `claims` replace what is in it."""
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": principal.actor,
            "iat": now,
            "exp": now + 600,
            "jti": str(uuid7()),
            "tenant": principal.tenant,
            "tenant_id": str(principal.tenant_id),
            "role": principal.role,
            "scope": " ".join(sorted(principal.scopes)),
            "link_hash": principal.link_hash,
        }
        for name in ("client_id", "account_id", "organisation_id", "invitation_id", "sign_in_id"):
            value = getattr(principal, name)
            if value is not None:
                said[name] = str(value)
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, said | claims, self._key)
