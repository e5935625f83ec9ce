"""Which addresses each scope opens, read out of the API's own document. Pure."""

from typing import Any

from msgspec import Struct

_METHODS = ("get", "post", "put", "patch", "delete")
_SCHEME = "oauth2"


class Address(Struct, frozen=True):
    method: str
    path: str


def opened(document: dict[str, Any]) -> dict[str, list[Address]]:
    """Return by scope the addresses of an OpenAPI document that need it; what anybody may read needs none."""
    found: dict[str, list[Address]] = {}
    for path, operations in sorted(document["paths"].items()):
        for method in _METHODS:
            needed = operations.get(method, {}).get("security", [])
            if {} in needed:
                continue
            for scope in [scope for each in needed for scope in each.get(_SCHEME, [])]:
                found.setdefault(scope, []).append(Address(method.upper(), path))
    return found
