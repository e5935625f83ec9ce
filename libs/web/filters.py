"""A filter that a list does not have is refused: left out, it would show more than was asked for (E24)."""

from functools import cache
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from libs.errors import Invalid
from libs.web.paths import API


class UnknownFilter(Invalid):
    detail = "There is no filter {filter} here."
    remedy = "This address knows: {filters}."


async def refuse_unknown_filters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request of the API through to its handler if that declares each of the query's parameters.

    A coroutine, though it awaits nothing: Litestar gives a plain function to a thread, which costs more than it does.
    """
    if not connection.scope["query_string"] or not connection.scope["path"].startswith(f"{API}/"):
        return
    known = _declared(handler)
    for name in connection.query_params:
        if name not in known:
            raise UnknownFilter(pointer=f"/{name}", filter=name, filters=", ".join(known) or "none")


@cache
def _declared(handler: BaseRouteHandler) -> list[str]:
    parameters = handler.parsed_fn_signature.parameters
    definitions = {name: parameter.kwarg_definition for name, parameter in parameters.items()}
    return sorted(kwarg.name or name for name, kwarg in definitions.items() if isinstance(kwarg, QueryParameter))
