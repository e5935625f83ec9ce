"""What a token request must look like (RFC 6749, 3.2 and 4.4). Pure: no I/O, no clock, no framework of ours."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Payload, OAuth2Request
from typing_extensions import override

_FORM = "application/x-www-form-urlencoded"
_MOST_PARAMETERS = 20


class TokenPayload(OAuth2Payload):  # type: ignore[misc] # Authlib has no types
    """The form of a token request: each parameter once."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form

    @property
    @override
    def data(self) -> Mapping[str, str]:
        return self._form


class TokenRequest(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    """A request that came to the token endpoint, under the address that the outside knows it by.

    Whether the way there was encrypted is the edge's business: what a proxy says of it is not asked.
    """

    def __init__(self, issuer: str, authorization: str, form: Mapping[str, str]) -> None:
        super().__init__("POST", f"https://{urlsplit(issuer).netloc}/oauth/token", headers={})
        self.credentials = basic_credentials(authorization)
        self.payload = TokenPayload(form)


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Return a form's parameters; raise `InvalidRequestError` for what is none, or has one twice."""
    if content_type.partition(";")[0].strip().lower() != _FORM:
        raise InvalidRequestError(f"The request must be a form of the type {_FORM}.")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS, separator="&"
        )
    except ValueError:
        raise InvalidRequestError("The form cannot be read: percent-encoded UTF-8 is expected.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequestError("A parameter is there more than once.")
    if any(ord(character) < 32 for value in form.values() for character in value):  # noqa: PLR2004 (control characters)
        raise InvalidRequestError("A parameter holds control characters.")
    if "client_secret" in form:
        raise InvalidRequestError("The client authenticates by HTTP Basic; its secret does not belong into the form.")
    if not form.get("grant_type"):
        raise InvalidRequestError("The parameter grant_type is missing.")
    return {name: value for name, value in form.items() if value}  # RFC 6749, 3.2: an empty one counts as left out


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """Return a client's id and secret (RFC 6749, 2.3.1; RFC 7617); none for what cannot be read as such."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        identifier, colon, secret = base64.b64decode(token.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (unquote_plus(identifier), unquote_plus(secret)) if colon else None


def metadata(issuer: str, scopes: list[str]) -> dict[str, Any]:
    """Return what the authorization server says of itself (RFC 8414)."""
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }
