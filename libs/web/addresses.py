"""Which addresses are none: those with characters that no name of ours has, and PostgreSQL's texts cannot hold."""

import re
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException

_CONTROL = re.compile(r"[\x00-\x1f]")
_ENCODED_NUL = b"%00"


def is_text(path: str) -> bool:
    """Whether a path, its escapes read, may be looked for."""
    return _CONTROL.search(path) is None


def require_text(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Return if an address may be looked for; 404 if not. Outside of tenants, handlers read the question themselves."""
    query: bytes = connection.scope["query_string"]
    holds_nul = _ENCODED_NUL in query and "tenant" in connection.path_params
    if holds_nul or not is_text(connection.scope["path"] + query.decode("latin-1")):
        raise NotFoundException
