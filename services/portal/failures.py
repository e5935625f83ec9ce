"""What a person sees when something cannot be done: a page that says what, and what to do next."""

from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from libs.db.absence import is_absence
from libs.i18n.languages import LANGUAGES, negotiate
from libs.web.problems import TRY_AGAIN_AFTER
from services.portal.composing import Refused
from services.portal.rendering import Rendering
from services.portal.visits import HTML, SAFE, FormForged, OnlyARecord, SignInAgain

log = structlog.get_logger(__name__)


def exception_handlers(rendering: Rendering) -> ExceptionHandlersMap:
    """Return how each kind of failure is answered."""

    def page(request: Request[Any, Any, Any], status: int, **said: str) -> Response[bytes]:
        language = _language(request)
        home = _home(request, language)
        body = rendering.page("failure.html", language, status=status, home=home, day=None, **said)
        return Response(body, status_code=status, media_type=HTML, headers=_headers(status))

    def refused(request: Request[Any, Any, Any], error: Refused) -> Response[bytes]:
        """Show a service's refusal that the page itself had no place for."""
        if error.status == 401:  # noqa: PLR2004
            return sign_in_again(request, SignInAgain())
        return page(request, error.status, detail=error.detail, remedy=error.remedy)

    def sign_in_again(request: Request[Any, Any, Any], _: SignInAgain) -> Response[Any]:
        """Lead to the sign-in and back; a part of a page becomes a full page (htmx follows HX-Redirect)."""
        address = _sign_in_address(request)
        if "hx-request" in request.headers:
            return Response(b"", status_code=401, headers={"HX-Redirect": address})
        return Redirect(address, status_code=303)

    def forged(request: Request[Any, Any, Any], _: FormForged) -> Response[bytes]:
        return page(request, 403, detail="", remedy="")

    def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        answer = page(request, error.status_code, detail="", remedy="")
        answer.headers.update(_methods(error))
        return answer

    def crashed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if is_absence(error):
            return page(request, 503, detail="", remedy="")
        log.error("a page failed", route=request.scope.get("path_template", ""), exc_info=error)
        return page(request, 500, detail="", remedy="")

    return {
        Refused: refused,
        SignInAgain: sign_in_again,
        OnlyARecord: _only_a_record,
        FormForged: forged,
        HTTPException: http,
        Exception: crashed,
    }


def _only_a_record(request: Request[Any, Any, Any], error: OnlyARecord) -> Response[bytes]:
    """Say why there is nothing to work on."""
    status = 200 if request.method in SAFE else 409
    return error.visit.page("editions/record.html", edition=error.edition, status=status)


def _methods(error: HTTPException) -> dict[str, str]:
    """Return what a 405 says that the address takes (RFC 9110, 15.5.6)."""
    allowed = (error.headers or {}).get("allow")
    return {"allow": allowed} if allowed else {}


def _headers(status: int) -> dict[str, str]:
    again = {"retry-after": TRY_AGAIN_AFTER} if status == 503 else {}  # noqa: PLR2004
    return {"cache-control": "no-store", **again}


def _language(request: Request[Any, Any, Any]) -> str:
    first = request.url.path.split("/")[1]
    return first if first in LANGUAGES else negotiate(request.headers.get("accept-language", ""), LANGUAGES)


def _home(request: Request[Any, Any, Any], language: str) -> str:
    """Return where to go from a failure: the day's page, or the workspace for who was there."""
    steps = request.url.path.strip("/").split("/")
    if len(steps) < 2 or steps[0] not in LANGUAGES:  # noqa: PLR2004 (language, tenant)
        return f"/{language}"
    workspace = "/workspace" if steps[2:3] == ["workspace"] else ""
    return f"/{language}/{steps[1]}{workspace}"


def _sign_in_address(request: Request[Any, Any, Any]) -> str:
    """Return where one signs in; what a part of a page or a form was asked for is no page to come back to."""
    language, tenant, *_ = request.url.path.strip("/").split("/")
    back = f"{request.url.path}?{request.url.query}".removesuffix("?")
    if "hx-request" in request.headers or request.method != "GET":
        back = f"/{language}/{tenant}/workspace"
    return f"/{language}/{tenant}/sign-in?next={quote(back)}"
