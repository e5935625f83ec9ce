"""Where a web process listens."""

from collections.abc import Mapping

from msgspec import Struct

from libs.config import SettingWrong

LOOPBACK = "127.0.0.1"
INTERNAL_PORT = 8001  # where the proxy answers the services themselves, and nobody else
_LARGEST_PORT = 65_535


class Listening(Struct, frozen=True):
    host: str
    port: int


def read_listening(environ: Mapping[str, str]) -> Listening:
    """Read MOUSSEM_HOST and MOUSSEM_PORT; raise `SettingWrong`."""
    return Listening(environ.get("MOUSSEM_HOST") or LOOPBACK, read_port(environ, "MOUSSEM_PORT", "8000"))


def read_port(environ: Mapping[str, str], variable: str, default: str = "") -> int:
    port = environ.get(variable) or default
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _LARGEST_PORT):
        raise SettingWrong(variable, f"must be a number from 1 to {_LARGEST_PORT}")
    return int(port)
