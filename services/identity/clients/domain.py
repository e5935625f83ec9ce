"""What an API client may ask for. Pure: no I/O, no clock, no framework."""

from collections.abc import Iterable

from libs.errors import Invalid
from libs.permissions import SCOPES


class UnknownScope(Invalid):
    detail = "There is no scope {scope}."
    remedy = "Give some of: {scopes}."


def admit_scopes(scopes: Iterable[str]) -> None:
    """Return if all `scopes` exist; raise the reason if not."""
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownScope(scope=scope, scopes=", ".join(SCOPES), pointer="/scopes")


def granted(requested: str | None, allowed: Iterable[str]) -> frozenset[str] | None:
    """Return the scopes of a token (RFC 6749, 3.3): those asked for, or all; none at all if more is asked for."""
    asked = frozenset((requested or "").split())
    if not asked <= frozenset(allowed):
        return None
    return asked or frozenset(allowed)
