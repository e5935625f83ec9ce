"""Every error leaves as an RFC 9457 problem; this is the only place where a refusal meets HTTP."""

import re
from collections.abc import Callable
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct, field

from libs.db.absence import DatabaseAway, is_absence
from libs.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooLarge,
    TooOften,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from libs.i18n.catalogues import translator_for

MEDIA_TYPE = "application/problem+json"
TRY_AGAIN_AFTER = "5"  # seconds, as Retry-After has it (RFC 9110, 10.2.3)

log = structlog.get_logger(__name__)

_STATUS: dict[type[DomainError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    TooLarge: 413,
    Unprocessable: 422,
    PreconditionRequired: 428,
    TooOften: 429,
    Unavailable: 503,
}
_NAMED = re.compile(r"field `(?P<field>[^`]+)`")  # a field that is missing, or not known
_PLACE = re.compile(r"\s*- at `[^`]*`.*$")


class FieldError(Struct, frozen=True):
    """What is wrong in one place of the request; `pointer` is a JSON Pointer (RFC 6901), empty for the whole."""

    pointer: str
    detail: str
    remedy: str = ""


class Problem(Struct, frozen=True, kw_only=True):
    """RFC 9457. `type` is the address of a page that explains this kind of problem."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def problem_of(error: Exception, translate: Callable[[str], str] = str) -> Problem:
    """Return what the caller is told about `error`, in the language of `translate`."""
    if isinstance(error, DomainError):
        return _refusal(error, translate)
    if is_absence(error):
        return _refusal(DatabaseAway(), translate)
    if isinstance(error, ValidationException):
        return _problem("request-malformed", 400, translate("The request does not have the right form."), _shape(error))
    if isinstance(error, UnicodeDecodeError):  # raised where a body is read, and nowhere else
        reason = FieldError("", translate("The request is not written in UTF-8."), translate("Encode it as UTF-8."))
        return _problem("request-malformed", 400, translate("The request does not have the right form."), [reason])
    if isinstance(error, HTTPException):
        name = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "media-type-not-taken"}.get(
            error.status_code, "request-refused"
        )
        detail = translate("There is nothing at this address.") if error.status_code == 404 else error.detail  # noqa: PLR2004
        return _problem(name, error.status_code, detail, [])
    return _problem("internal-error", 500, translate("Something went wrong here; it was recorded."), [])


def _refusal(error: DomainError, translate: Callable[[str], str]) -> Problem:
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    said = error.in_words(error.facts, translate)
    detail = translate(error.detail).format(**said)
    remedy = translate(error.remedy).format(**said) if error.remedy else ""
    facts = {name: fact for name, fact in error.facts.items() if isinstance(fact, str | int | float | list | dict)}
    return _problem(_words(type(error), "-"), status, detail, [FieldError(error.pointer, detail, remedy)], facts)


def _problem(
    name: str, status: int, detail: str, errors: list[FieldError], facts: dict[str, Any] | None = None
) -> Problem:
    title = name.replace("-", " ").capitalize()
    return Problem(
        type=f"/problems/{name}", title=title, status=status, detail=detail, errors=errors, facts=facts or {}
    )


def _shape(error: ValidationException) -> list[FieldError]:
    """Return which fields are malformed; msgspec finds one at a time, query parameters come together."""
    found = error.extra if isinstance(error.extra, list) else [{"message": error.detail}]
    # Litestar also names a path parameter that the handler does not take: a KeyError's words, no fault of the caller.
    sent = [each for each in found if str(each.get("message", "")) != repr(each.get("key"))] or found
    errors = [_field_error(str(each.get("message", "")), str(each.get("key") or "")) for each in sent]
    return list(dict.fromkeys(errors))


def _field_error(message: str, path: str) -> FieldError:
    """Turn msgspec's words and path (`city.fr`, `seats[0].role`) into a JSON Pointer and what to do."""
    named = _NAMED.search(message)
    steps = [step for step in re.findall(r"[^.\[\]]+", path.removeprefix("data")) if step != "..."]
    pointer = "".join(f"/{step}" for step in [*steps, *([named["field"]] if named else [])])
    return FieldError(pointer, _PLACE.sub("", message), "Correct this field; the documentation shows its form.")


def _words(kind: type, joined_by: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", joined_by, kind.__name__).lower()


def _answer(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    problem = problem_of(error, translator_for(request.headers.get("accept-language", "")))
    headers = dict(getattr(error, "headers", None) or {})
    if problem.status == 503:  # noqa: PLR2004
        headers["Retry-After"] = TRY_AGAIN_AFTER
    elif "retry_after" in problem.facts:
        headers["Retry-After"] = str(problem.facts["retry_after"])
    elif problem.status >= 500:  # noqa: PLR2004
        log.error("a request failed", route=request.scope.get("path_template", ""), exc_info=error)
    elif problem.status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = 'Bearer realm="moussem"'
    elif problem.status == 403 and "scopes" in problem.facts:  # noqa: PLR2004 (RFC 6750, 3)
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{problem.facts["scopes"]}"'
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {DomainError: _answer, HTTPException: _answer, Exception: _answer}
