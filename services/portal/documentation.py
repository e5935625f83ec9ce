"""One OpenAPI document for the whole API, made of each service's own."""

import asyncio
import re
from typing import Any

import msgspec

from libs.web.paths import NOUNS
from libs.web.peers import Peers

SERVICES = tuple(sorted(set(NOUNS.values())))
_ABOUT = (
    "Everything that partners read and write. Errors are RFC 9457 problems; POST takes an Idempotency-Key, changes "
    "take If-Match; lists have cursors. Public reads need no token; for the rest see POST /oauth/token; "
    "what each scope opens is said at /api/scopes."
)


async def openapi(peers: Peers) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all services; raise `PeerAway` where one does not answer."""
    answers = await asyncio.gather(*(peers.read(f"/api/openapi/{service}.json") for service in SERVICES))
    return merged([msgspec.json.decode(_short(answer.text)) for answer in answers])


def merged(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one document of several; what two of them call by the same name is the same thing (libs/)."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Moussem", "version": "1", "description": _ABOUT},
        "paths": {},
        "components": {},
    }
    for document in documents:
        whole["paths"] |= document.get("paths", {})
        for kind, parts in document.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(parts)
    return whole


def _short(document: str) -> str:
    """Give generic structs a name that a generated client can bear: `PageOfEditionView`."""
    return re.sub(r"Page_(?:\w+\.)*(\w+)_", r"PageOf\1", document)
