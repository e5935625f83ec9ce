"""What an application asked for that wants somebody signed out, sealed for the way through their browser. Pure."""

from typing import Any
from uuid import UUID

import msgspec
from authlib.common.urls import add_params_to_uri
from msgspec import Struct

from libs.errors import NotFound
from libs.sealing import SealBroken, seal, unseal

_PURPOSE = "departure"


class DepartureUnknown(NotFound):
    detail = "No application asked for this."
    remedy = "Sign out by the menu under your name."


class Departure(Struct, frozen=True, kw_only=True):
    """`leads_to` is one of the client's registered addresses with its state, or nothing."""

    tenant_id: UUID
    client_id: UUID
    name: str
    leads_to: str

    def ticket(self, key: bytes) -> str:
        return seal(key, _PURPOSE, msgspec.json.encode(self).decode())


def read_ticket(key: bytes, tenant_id: UUID, ticket: str) -> Departure:
    """Return what a ticket of this day stands for; raise `DepartureUnknown` for whatever else."""
    try:
        found = msgspec.json.decode(unseal(key, _PURPOSE, ticket), type=Departure)
    except (SealBroken, msgspec.MsgspecError):
        raise DepartureUnknown from None
    if found.tenant_id != tenant_id:
        raise DepartureUnknown
    return found


def leading_to(address: str, state: str | None) -> str:
    """Return a registered address with the application's state in it."""
    told: str = add_params_to_uri(address, [("state", state)]) if address and state is not None else address
    return told


def audience_of(claims: dict[str, Any]) -> str:
    """Return which client an id_token was made for."""
    audience = claims.get("aud")
    return audience if isinstance(audience, str) else ""
