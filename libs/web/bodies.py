"""What a body must say of itself: the API takes JSON.

A browser sends what calls itself text or a form to any site without asking (no preflight); JSON it does not. So no page
of another site has its readers' browsers ask us for letters.
"""

from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from libs.web.authorization import Connection

_WITHOUT = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


async def require_json(connection: Connection, _: BaseRouteHandler) -> None:
    """Return if a request in a tenant has no body or one of JSON; raise 415 if not."""
    method = str(connection.scope.get("method", ""))
    if method in _WITHOUT or "tenant" not in connection.path_params or not _has_body(connection):
        return
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        detail = "A body must be JSON and say so: Content-Type: application/json."
        raise HTTPException(detail, status_code=415, headers={"Accept-Post": "application/json"})


def _has_body(connection: Connection) -> bool:
    return connection.headers.get("content-length", "0") != "0" or "transfer-encoding" in connection.headers
