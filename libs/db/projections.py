"""Projections: small copies of what other services tell, guarded by the version of what is told."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from libs.db.straight import DIALECT, run

Told = Mapping[str, Any]  # a row of a projection: of each column what was told
_KEY = ("tenant_id", "id")


async def keep_newest(
    session: AsyncSession, table: type[DeclarativeBase], told: Told, *, key: tuple[str, ...] = _KEY
) -> bool:
    """Write what was told unless a newer version is there; return whether it was news."""
    return bool(await keep_all_newest(session, table, [told], key=key))


async def keep_all_newest(
    session: AsyncSession, table: type[DeclarativeBase], told: Iterable[Told], *, key: tuple[str, ...] = _KEY
) -> list[Told]:
    """Write all that was told, in one statement, unless a newer version is there; return what was news.

    Of one thing the newest alone is written. In the order of their keys: of two that write at the same time none holds
    what the other waits for.
    """
    newest: dict[tuple[Any, ...], Told] = {}
    for each in sorted(told, key=lambda each: int(each["version"])):
        newest[tuple(each[name] for name in key)] = each
    rows = [newest[each] for each in sorted(newest)]
    written = await run(session, _statement(table.__table__, key, tuple(rows[0])), [msgspec.json.encode(rows).decode()])
    news = {tuple(row) for row in written}
    return [each for each in rows if tuple(each[name] for name in key) in news]


@cache
def _statement(table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> str:
    """Return the statement that writes any number of rows, which come as one list of JSON objects."""
    columns = [table.c[name] for name in names]
    types = ", ".join(f"{each.name} {each.type.compile(dialect=DIALECT)}" for each in columns)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)} "  # noqa: S608 (names of ours)
        f"FROM jsonb_to_recordset(CAST(CAST($1 AS text) AS jsonb)) AS told({types}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed} WHERE {table.name}.version < excluded.version "
        f"RETURNING {', '.join(key)}"
    )
