"""Letters over HTTP: what went out, to whom, when."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.cursors import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from services.outreach.letters.queries import LetterSummary, list_letters


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
