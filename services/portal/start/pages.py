"""Where one comes in: the choice of a language and of a day, what the pages load, the documentation of the API."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from libs.i18n.languages import LANGUAGES, negotiate
from services.portal.assets import Assets
from services.portal.documentation import openapi
from services.portal.public.queries import listed_days
from services.portal.visits import HTML, Doorway, require_language


@get("/")
async def start(request: Request[Any, Any, Any]) -> Redirect:
    """Lead on in the reader's language."""
    language = negotiate(request.headers.get("accept-language", ""), LANGUAGES)
    return Redirect(f"/{language}", status_code=302, headers={"vary": "accept-language"})


@get("/{language:str}")
async def days(language: FromPath[str], doorway: NamedDependency[Doorway]) -> Response[Any]:
    """Show the days that there are; where there is only one, that one."""
    require_language(language)
    async with doorway.sessions.begin() as session:
        listed = await listed_days(session)
    if len(listed) == 1:
        return Redirect(f"/{language}/{listed[0].slug}", status_code=302)
    return Response(doorway.rendering.page("start/days.html", language, days=listed, path=""), media_type=HTML)


@get("/static/{name:str}", sync_to_thread=False)
def static(name: FromPath[str], request: Request[Any, Any, Any], assets: NamedDependency[Assets]) -> Response[bytes]:
    answer = assets.answer(name, request.headers.get("accept-encoding", ""))
    if answer is None:
        raise NotFoundException
    return Response(answer.body, headers=answer.headers, media_type=answer.headers["content-type"])


@get("/api/openapi.json")
async def document(doorway: NamedDependency[Doorway]) -> dict[str, Any]:
    return await openapi(doorway.resources.peers)


routes = [start, days, static, document]
