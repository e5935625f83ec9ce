"""The demonstration's people, whose links are always good. Pure: no I/O, no clock, no framework."""

from uuid import UUID

from libs.config import Settings
from libs.errors import Forbidden
from libs.sealing import lasting_secret


class PersonasNotAllowed(Forbidden):
    detail = "Personas exist in the demonstration on this machine only."
    remedy = "Start it with `make demo`."


def personas_allowed(settings: Settings) -> bool:
    return settings.demo and settings.on_loopback


def persona_link(key: bytes, tenant_id: UUID, membership_id: UUID) -> str:
    """Return the link of a membership's holder: the same after every start, so that it need not be kept."""
    return lasting_secret(key, "persona", tenant_id, membership_id)
