"""What the authorization server says of itself (RFC 8414, OpenID Connect Discovery 1.0). Pure."""

from typing import Any

from libs.web.tokens import ALGORITHM
from services.identity.clients.keys import ALGORITHMS

METHODS = ("client_secret_basic", "private_key_jwt")


def metadata(issuer: str, scopes: list[str]) -> dict[str, Any]:
    """Return one document for both: an OAuth client passes over what only OpenID knows."""
    clients = {"methods": list(METHODS), "algorithms": list(ALGORITHMS)}
    authenticated = {
        f"{endpoint}_endpoint_auth_{what}_supported": said
        for endpoint in ("token", "revocation", "introspection")
        for what, said in (("methods", clients["methods"]), ("signing_alg_values", clients["algorithms"]))
    }
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "service_documentation": f"{issuer}/api/scopes",
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": [
            *("sub", "name", "locale", "email"),
            *("tenant", "role", "organisation_id", "auth_time", "nonce"),
        ],
        "ui_locales_supported": ["fr", "ar", "en"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        **authenticated,
    }
