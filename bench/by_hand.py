"""The same statements by hand: noted as a request of ours sends them, sent again by plain asyncpg.

So the ceiling of a request is its own statements, with its own parameters, in as many round trips as they need and
not one more, under the same role and the same row-level security; only what must be unique is made anew.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct
from sqlalchemy import Engine, event
from uuid_utils.compat import uuid7

_MILLISECONDS = 80  # bits after the time in a UUIDv7


class Statement(Struct, frozen=True):
    sql: str
    parameters: tuple[Any, ...]


class Script(Struct, frozen=True):
    """A transaction's statements; `words` are texts in them that may be there once only."""

    tenant_id: UUID
    statements: tuple[Statement, ...]
    made_since: int  # milliseconds: ids that are younger were made by the request
    words: tuple[str, ...] = ()

    async def run(self, connection: asyncpg.Connection) -> Any:
        """Send the transaction; return what its last statement returns."""
        begin = f"BEGIN; SELECT set_config('app.tenant', '{self.tenant_id}', true)"
        await connection.execute(begin)
        renewed = _Renewed(self)
        rows = None
        for statement in self.statements:
            rows = await connection.fetch(statement.sql, *map(renewed, statement.parameters))
        await connection.execute("COMMIT")
        return rows


class _Renewed:
    """Answers a parameter, or what takes its place this time."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._ids: dict[UUID, UUID] = {}
        self._words = {word: f"{uuid7()}{word[-20:]}" for word in script.words}

    def __call__(self, parameter: Any) -> Any:
        if isinstance(parameter, list):  # a column of rows that are written together
            return list(map(self, parameter))
        if isinstance(parameter, UUID) and parameter.int >> _MILLISECONDS >= self._script.made_since:
            if parameter not in self._ids:
                self._ids[parameter] = uuid7()
            return self._ids[parameter]
        if isinstance(parameter, str):
            for word, other in self._words.items():
                parameter = parameter.replace(word, other)
        return parameter


async def note(tenant_id: UUID, act: Callable[[], Awaitable[None]], *words: str) -> Script:
    """Do something in this process and return the statements that it sent."""
    since = uuid7().int >> _MILLISECONDS
    with _noted() as statements:
        await act()
    return Script(tenant_id, tuple(statements), since, words)


@contextmanager
def _noted() -> Iterator[list[Statement]]:
    seen: list[Statement] = []

    def see(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        rows = parameters if isinstance(parameters, list) else [parameters]
        seen.extend(Statement(sql, tuple(row)) for row in rows)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", see)
