"""One id follows a request through every service and queue that it sets in motion."""

import re

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars
from uuid_utils.compat import uuid7

_KEY = "correlation_id"
_WORD = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # a UUID, a trace's id: it is written everywhere, so nothing else


def correlation_id() -> str:
    """Return the current id; outside a request or task, a new one."""
    return str(get_contextvars().get(_KEY) or uuid7())


def correlate(identifier: str | None = None, **context: object) -> None:
    """Begin a request or task: forget the last one's context, take over the given id if it is one, or make one."""
    clear_contextvars()
    bind_contextvars(**{_KEY: identifier if identifier and _WORD.fullmatch(identifier) else str(uuid7())}, **context)
