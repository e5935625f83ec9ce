"""One page with what each scope opens: its sentence, and the addresses as the API's own document names them."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from libs.i18n.languages import LANGUAGES, negotiate
from libs.permissions import IDENTITY_SCOPES, SCOPES
from services.portal.documentation import openapi
from services.portal.scopes.domain import opened
from services.portal.visits import HTML, Doorway, require_language


@get("/api/scopes")
async def in_any_language(request: Request[Any, Any, Any]) -> Redirect:
    language = negotiate(request.headers.get("accept-language", ""), LANGUAGES)
    return Redirect(f"/{language}/api/scopes", status_code=302, headers={"vary": "accept-language"})


@get("/{language:str}/api/scopes")
async def in_a_language(language: FromPath[str], doorway: NamedDependency[Doorway]) -> Response[bytes]:
    require_language(language)
    opens = opened(await openapi(doorway.resources.peers))
    scopes = [(name, opens.get(name, [])) for name in SCOPES]
    body = doorway.rendering.page(
        "scopes/list.html", language, day=None, scopes=scopes, identity_scopes=IDENTITY_SCOPES, form=None
    )
    return Response(body, media_type=HTML)


routes = [in_any_language, in_a_language]
