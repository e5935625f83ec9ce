"""How many statements something costs: counted where SQLAlchemy hands them to the driver, of all engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

MOST_FOR_A_LIST = 3  # with the one that sets the tenant
MOST_FOR_A_WRITE = 9  # between BEGIN and COMMIT


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Yield the list of the statements that are executed while the block runs."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
