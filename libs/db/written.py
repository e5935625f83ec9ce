"""Rows that PostgreSQL writes in JSON itself: a long list is answered without an object for each of its rows.

For lists that are read much. Against structs made here, a list of 60 costs a third of the processor time.
"""

from typing import Any
from uuid import UUID

from msgspec import Raw, Struct
from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

_RFC_3339 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


class Written(Struct, frozen=True):
    """A row by its id, and how it stands in an answer."""

    id: UUID
    json: Raw


async def written(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[Written]:
    """Return the rows of `query`, which has a column `id`, as objects with a member for each column."""
    each = query.subquery("each")
    rows = await session.execute(select(each.c.id, cast(func.row_to_json(each.table_valued()), Text)))
    return [Written(identifier, Raw(json.encode())) for identifier, json in rows]


def instant(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """Return the text of an instant as it is written everywhere (RFC 3339, UTC), under the column's name."""
    return func.to_char(func.timezone("UTC", column), _RFC_3339).label(column.key)
