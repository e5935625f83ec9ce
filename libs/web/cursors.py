"""Lists in pages: opaque cursors over the key of the last row, `Link: rel="next"` (RFC 8288)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response
from litestar.params import QueryParameter
from msgspec import Struct

from libs.db.written import Written
from libs.errors import Invalid

T = TypeVar("T")

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="At most this many items.")]
Cursor = Annotated[
    str | None, QueryParameter(pattern=r"^[A-Za-z0-9_-]{22}$", description="Where the last page ended: its `next`.")
]
DEFAULT_LIMIT = 50


class CursorBroken(Invalid):
    detail = "This cursor is not one of ours."
    remedy = "Take `next` from the last page as it is, or begin without a cursor."


class Page(Struct, Generic[T], frozen=True):
    """A part of a list; `next` is the cursor of the following part, null at the end."""

    items: list[T]
    next: str | None = None


def decode(cursor: str | None) -> UUID | None:
    """Return the id after which a page begins."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (binascii.Error, ValueError):
        raise CursorBroken(pointer="/cursor") from None


def page_of_json(request: Request[Any, Any, Any], rows: Sequence[Written], limit: int) -> Response[Any]:
    """Answer with a page of rows that PostgreSQL has written."""
    answer: Response[Any] = page(request, rows, limit, lambda row: row.id)
    answer.content = Page([row.json for row in answer.content.items], answer.content.next)
    return answer


def page(
    request: Request[Any, Any, Any], rows: Sequence[T], limit: int, identify: Callable[[T], UUID]
) -> Response[Page[T]]:
    """Answer with at most `limit` of `rows`; the query asked for one more, to see whether there is a next page."""
    if len(rows) <= limit:
        return Response(Page(list(rows)))
    shown = list(rows[:limit])
    following = base64.urlsafe_b64encode(identify(shown[-1]).bytes).decode().rstrip("=")
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    link = f'<{request.url.path}?{urlencode([*query, ("cursor", following)])}>; rel="next"'
    return Response(Page(shown, following), headers={"Link": link})
