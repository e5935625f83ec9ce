"""New rows, written past the session's unit of work, which takes more processor time than the insertion.

One at once, where what follows needs it; or last, with the commit: all of a table in one statement.
"""

from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Session

from libs.db.straight import DIALECT, Straight, in_driver, run_within

_LAST = "written last"


async def insert_now(session: AsyncSession, row: DeclarativeBase) -> None:
    """Write a new row whose every column is given; the session does not get to know it."""
    table: Any = row.__table__
    await insert_values(session, table, {each.name: getattr(row, each.name) for each in table.columns})


async def insert_values(session: AsyncSession, table: Any, values: dict[str, Any]) -> None:
    """Write a new row of which nobody needs the object."""
    await _insertion(table).rows(session, **{f"{name}_": value for name, value in values.items()})


def insert_last(session: AsyncSession, row: type[DeclarativeBase], values: dict[str, Any]) -> None:
    """Let a row be written when the transaction is committed."""
    session.info.setdefault(_LAST, {}).setdefault(row.__table__, []).append(values)


def write_last(session: Session) -> None:
    """Write what waits for the commit; a hook of every session."""
    for table, rows in session.info.pop(_LAST, {}).items():
        columns = [[form(row[name]) for row in rows] for name, form in _forms(table).items()]
        run_within(session, _insertion_of_many(table), columns)


@cache
def _insertion(table: Table) -> Straight:
    return Straight(insert(table).values({each.name: bindparam(f"{each.name}_") for each in table.columns}))


@cache
def _insertion_of_many(table: Table) -> str:
    types = [each.type.compile(dialect=DIALECT) for each in table.columns]
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))
    return f"INSERT INTO {table.name} ({', '.join(_forms(table))}) SELECT * FROM unnest({arrays})"  # noqa: S608 (ours)


@cache
def _forms(table: Table) -> dict[str, Any]:
    return {each.name: in_driver(each.type) for each in table.columns}
