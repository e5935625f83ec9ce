"""Letters over HTTP: what went out, to whom, when; and how one would read before it goes out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.fields import Language, Slug
from libs.fields import Line as OneLine
from libs.identity import Principal
from libs.tenants.queries import known_tenant
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from libs.web.once import Once
from services.outreach.letters.catalogue import Catalogue
from services.outreach.letters.commands import send_again
from services.outreach.letters.queries import LetterSummary, list_letters, read_letter
from services.outreach.letters.wording import Line, preview_letter


class AskForPreview(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letter, in which language, to whom; `fields` are those that its template declares."""

    template: Slug
    language: Language
    name: OneLine
    fields: dict[str, Any] = {}


class LetterPreview(Struct, frozen=True, kw_only=True):
    """The letter in words; where its link would stand, the words that lead there."""

    language: str
    subject: str
    lines: tuple[Line, ...]


@get("/api/v1/{tenant:str}/letters", operation_id="listLetters", opt={"action": "letters.read"})
async def get_letters(
    request: Request[Principal, Any, Any],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response[Page[LetterSummary]]:
    """List the day's letters, newest first."""
    letters = await list_letters(session, principal.tenant_id, before=decode(cursor), limit=limit + 1)
    return page(request, letters, limit, lambda letter: letter.id)


@post("/api/v1/{tenant:str}/letters/{letter:uuid}/sendings", operation_id="sendLetter", opt={"action": "letters.send"})
async def post_sending(
    letter: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> LetterSummary:
    """Have a letter sent again that may not have arrived (`unsure`), or was given up (`given_up`)."""

    async def act() -> LetterSummary:
        await send_again(session, principal, letter, now)
        return await read_letter(session, principal.tenant_id, letter)

    return await once(act)


def previews(catalogue: Catalogue) -> HTTPRouteHandler:
    """Return the handler that words letters of this catalogue without sending any."""

    @post(
        "/api/v1/{tenant:str}/letters/previews",
        operation_id="previewLetter",
        opt={"action": "letters.read"},
        status_code=HTTP_200_OK,
    )
    async def preview(data: JSONBody[AskForPreview], session: NamedDependency[AsyncSession]) -> LetterPreview:
        """Read a letter before it is sent: nothing is kept, and nobody gets it."""
        day = (await known_tenant(session)).name
        wording = preview_letter(catalogue, data.template, data.language, data.fields, day=day, name=data.name)
        return LetterPreview(language=wording.language, subject=wording.subject, lines=wording.lines)

    return preview
