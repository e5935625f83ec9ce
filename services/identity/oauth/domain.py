"""What a request to the authorization server must look like (RFC 6749, 3.1 and 3.2). Pure."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error, OAuth2Payload, OAuth2Request
from msgspec import Struct
from typing_extensions import override

FORM = "application/x-www-form-urlencoded"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_QUOTABLE = re.compile(r"[ !#-\[\]-~]*")
_MOST_PARAMETERS = 30
_LONGEST_MAX_AGE = 8  # digits
_LONGEST = 8_000  # characters of one parameter


class Refused(StrEnum):
    """Why a person is told that an application's question cannot be asked."""

    client = "client"
    request = "request"


class Answer(Struct, frozen=True):
    """How a request is answered; `body` is empty where `headers` lead elsewhere."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


class Payload(OAuth2Payload):  # type: ignore[misc] # Authlib has no types
    """The parameters of a request: each once."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form

    @property
    @override
    def data(self) -> Mapping[str, str]:
        return self._form

    @property
    @override
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._form.items()}


class OAuthRequest(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    """A request under the address that the outside knows it by.

    Whether the way there was encrypted is the edge's business: what a proxy says of it is not asked.
    """

    def __init__(self, issuer: str, path: str, form: Mapping[str, str], authorization: str = "") -> None:
        super().__init__("POST", f"https://{urlsplit(issuer).netloc}{path}", headers={})
        self.credentials = basic_credentials(authorization)
        self.payload = Payload(form)

    @property
    @override
    def form(self) -> Mapping[str, str]:
        return self.payload.data

    @property
    @override
    def args(self) -> Mapping[str, str]:
        return self.payload.data


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Return a form's parameters; raise `InvalidRequestError` for what is none, or has one twice."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise InvalidRequestError(f"The request must be a form of the type {FORM}.")
    form = read_parameters(body)
    if "client_secret" in form:
        raise InvalidRequestError("The client authenticates by HTTP Basic; its secret does not belong into the form.")
    return form


def read_token_form(content_type: str, body: bytes) -> dict[str, str]:
    form = read_form(content_type, body)
    if not form.get("grant_type"):
        raise InvalidRequestError("The parameter grant_type is missing.")
    return form


def read_parameters(raw: bytes) -> dict[str, str]:
    """Return the parameters of a form or a query, without the empty ones: these count as left out (RFC 6749, 3.1)."""
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS, separator="&"
        )
    except ValueError:
        raise InvalidRequestError("The form cannot be read: percent-encoded UTF-8 is expected.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequestError("A parameter is there more than once.")
    if any(ord(character) < 32 for value in form.values() for character in value):  # noqa: PLR2004 (control characters)
        raise InvalidRequestError("A parameter holds control characters.")
    if any(len(value) > _LONGEST for value in form.values()):
        raise InvalidRequestError("A parameter is too long.")
    return {name: value for name, value in form.items() if value}


def read_question(raw: bytes) -> dict[str, str]:
    """Return the parameters of an authorization request; Authlib quotes some in errors, which take ASCII only."""
    question = read_parameters(raw)
    for name in ("client_id", "redirect_uri", "response_type"):
        if not _QUOTABLE.fullmatch(question.get(name, "")):
            raise InvalidRequestError(f"The parameter {name} holds characters that it cannot.")
    return question


def require_one_way_in(authorization: str, form: Mapping[str, str]) -> None:
    """Refuse a client that authenticates in two ways at once (RFC 6749, 2.3)."""
    if authorization and "client_assertion" in form:
        raise InvalidRequestError("The client authenticates in two ways at once.")


def signed_in_since(said: Mapping[str, str], now: datetime) -> datetime | None:
    """Return since when the person must have been signed in (OpenID Connect Core 1.0, 3.1.2.1); raise what cannot be.

    The person is always asked: `prompt=none` is answered so. What would bring the request by another way is refused.
    """
    for name in ("request", "request_uri"):
        if name in said:
            raise OAuth2Error(error=f"{name}_not_supported")
    if said.get("response_mode", "query") != "query":
        raise InvalidRequestError("The answer is given in the query.")
    prompts = said.get("prompt", "").split()
    if "none" in prompts:
        raise OAuth2Error(error="consent_required", description="The person is always asked.")
    if "login" in prompts:
        return now
    oldest = said.get("max_age")
    if oldest is None:
        return None
    if not oldest.isascii() or not oldest.isdigit() or len(oldest) > _LONGEST_MAX_AGE:
        raise InvalidRequestError("max_age is a number of seconds.")
    return now - timedelta(seconds=int(oldest))


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
