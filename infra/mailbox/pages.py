"""The pages of /dev/mailbox."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from infra.mailbox.reading import Mail, find_mail, newest_mails, paragraphs
from libs.i18n.dates import written_moment
from libs.i18n.languages import direction

ADDRESS = "/dev/mailbox"
_HERE = Path(__file__).parent
_PAGES = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_PAGES.globals.update(paragraphs=paragraphs, direction=direction, written_moment=written_moment, address=ADDRESS)
_HEADERS = {
    "Cache-Control": "no-store",  # links that sign somebody in
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
}
# A mail's own HTML: its style and nothing else, and no script, whoever wrote it.
_AS_MAIL = {**_HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


def mailbox_page(mails: list[Mail]) -> str:
    return _PAGES.get_template("mailbox.html").render(mails=mails)


def mail_page(mail: Mail) -> str:
    return _PAGES.get_template("mail.html").render(mail=mail)


def mailbox_routes(folder: Path) -> list[HTTPRouteHandler]:
    """Return the handlers that show the Maildir in `folder`; only a demonstration mounts them."""

    def find(key: str) -> Mail:
        mail = find_mail(folder, key)
        if mail is None:
            raise NotFoundException
        return mail

    @get(ADDRESS, media_type=MediaType.HTML, sync_to_thread=True)
    def show_mailbox() -> Response[str]:
        return Response(mailbox_page(newest_mails(folder)), headers=_HEADERS)

    @get(f"{ADDRESS}/letters/{{key:str}}", media_type=MediaType.HTML, sync_to_thread=True)
    def show_mail(key: FromPath[str]) -> Response[str]:
        return Response(mail_page(find(key)), headers=_HEADERS)

    @get(f"{ADDRESS}/letters/{{key:str}}/as-mail", media_type=MediaType.HTML, sync_to_thread=True)
    def show_as_mail(key: FromPath[str]) -> Response[str]:
        return Response(find(key).html, headers=_AS_MAIL)

    @get(f"{ADDRESS}/mailbox.css", media_type=MediaType.CSS, sync_to_thread=True)
    def style() -> Response[str]:
        return Response((_HERE / "mailbox.css").read_text(), headers=_HEADERS)

    return [show_mailbox, show_mail, show_as_mail, style]
