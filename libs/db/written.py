"""Rows that PostgreSQL writes in JSON itself: a long list is answered without an object for each of its rows.

For lists that are read much. Against structs made here, a list of 60 costs a third of the processor time.
"""

from typing import Any
from uuid import UUID

from msgspec import Raw, Struct
from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from libs.db.straight import Straight

_RFC_3339 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


class Written(Struct, frozen=True):
    """A row by its id, and how it stands in an answer."""

    id: UUID
    json: Raw


def writing(query: Select[*tuple[Any, ...]]) -> Straight:
    """Return the statement that writes the rows of `query`, which has a column `id`, with a member for each column."""
    each = query.subquery("each")
    return Straight(select(each.c.id, cast(func.row_to_json(each.table_valued()), Text)))


async def written(session: AsyncSession, statement: Straight, **given: Any) -> list[Written]:
    """Return the rows that a statement of `writing` writes."""
    rows = await statement.rows(session, **given)
    return [Written(identifier, Raw(json.encode())) for identifier, json in rows]


def instant(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """Return the text of an instant as it is written everywhere (RFC 3339, UTC), under the column's name."""
    return func.to_char(func.timezone("UTC", column), _RFC_3339).label(column.key)
