"""What a process gives to each service's composition root, `app.py: create(resources)`."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from litestar.types import Receive, Scope, Send
from msgspec import Struct

from libs.config import Settings
from libs.web.peers import Peers
from libs.web.tokens import TokenVerifier
from libs.zones import require_recent_zone_data


class Application(Protocol):
    """What a composition root returns: an ASGI application with a life of its own."""

    def lifespan(self) -> AbstractAsyncContextManager[None]: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Resources(Struct, frozen=True):
    """Where everything is, how to ask the other services, and who checks a token; one of each in a process."""

    settings: Settings
    peers: Peers
    verifier: TokenVerifier


def open_resources(settings: Settings) -> Resources:
    """Open what every web process needs; raise `SettingWrong` where the zone data are too old to be right."""
    require_recent_zone_data()
    peers = Peers(settings.internal_url)
    return Resources(settings, peers, TokenVerifier(settings.issuer, peers.keys, peers.revoked))
