"""What is typed into the forms of API clients. Pure."""

import json
from typing import Any

ROLES_OF_MACHINES = ("representative", "viewer", "programme_manager", "co_organiser")


def lines(typed: str) -> list[str]:
    """Return what stands on each line, without empty ones."""
    return [line.strip() for line in typed.splitlines() if line.strip()]


def keys(typed: str) -> dict[str, Any] | None:
    """Return a JWK set as it was pasted, or nothing; what is no object becomes a set that identity refuses."""
    if not typed:
        return None
    try:
        found = json.loads(typed)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
