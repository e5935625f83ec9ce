"""The pages of /dev/mailbox, in the reader's language: `?lang=`, else what the browser asks for."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from infra.mailbox.reading import Mail, find_mail, newest_mails, paragraphs
from infra.mailbox.texts import TEXTS
from libs.i18n.dates import written_date, written_moment, written_time
from libs.i18n.languages import ENDONYMS, LANGUAGES, direction, negotiate
from services.portal.assets import Assets

ADDRESS = "/dev/mailbox"
_HERE = Path(__file__).parent
_PAGES = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_PAGES.globals.update(
    paragraphs=paragraphs,
    direction=direction,
    written_date=written_date,
    written_moment=written_moment,
    written_time=written_time,
    languages=ENDONYMS,
    address=ADDRESS,
)
_HEADERS = {
    "Cache-Control": "no-store",  # links that sign somebody in
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}
# A mail's own HTML: its style and nothing else, and no script, whoever wrote it.
_AS_MAIL = {**_HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


def mailbox_routes(folder: Path) -> list[HTTPRouteHandler]:
    """Return the handlers that show the Maildir in `folder`; only a demonstration mounts them."""

    def find(key: str) -> Mail:
        mail = find_mail(folder, key)
        if mail is None:
            raise NotFoundException
        return mail

    @get(ADDRESS, media_type=MediaType.HTML, sync_to_thread=True)
    def show_mailbox(request: Request[Any, Any, Any]) -> Response[str]:
        return _page(request, "mailbox.html", mails=newest_mails(folder))

    @get(f"{ADDRESS}/letters/{{key:str}}", media_type=MediaType.HTML, sync_to_thread=True)
    def show_mail(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[str]:
        return _page(request, "mail.html", mail=find(key))

    @get(f"{ADDRESS}/letters/{{key:str}}/as-mail", media_type=MediaType.HTML, sync_to_thread=True)
    def show_as_mail(key: FromPath[str]) -> Response[str]:
        return Response(find(key).html, headers=_AS_MAIL)

    @get(f"{ADDRESS}/mailbox.css", media_type=MediaType.CSS, sync_to_thread=True)
    def style() -> Response[str]:
        return Response((_HERE / "mailbox.css").read_text(), headers=_HEADERS)

    return [show_mailbox, show_mail, show_as_mail, style]


def _page(request: Request[Any, Any, Any], template: str, **facts: Any) -> Response[str]:
    asked = request.query_params.get("lang", "")
    known = next((each for each in LANGUAGES if each == asked), None)
    language = known or negotiate(request.headers.get("accept-language", ""), LANGUAGES)
    say = next(said for each, said in TEXTS.items() if each == language)
    body = _PAGES.get_template(template).render(say=say, language=language, asset=_assets().url, **facts)
    return Response(body, headers=_HEADERS | {"Vary": "accept-language"})


@cache
def _assets() -> Assets:
    """Return the platform's own style sheet and mark; read when the first page asks, as few do."""
    return Assets()
