"""Where a web process listens."""

from collections.abc import Mapping

from msgspec import Struct

from libs.config import SettingWrong

LOOPBACK = "127.0.0.1"
_LARGEST_PORT = 65_535


class Listening(Struct, frozen=True):
    host: str
    port: int


def read_listening(environ: Mapping[str, str]) -> Listening:
    """Read MOUSSEM_HOST and MOUSSEM_PORT; raise `SettingWrong`."""
    port = environ.get("MOUSSEM_PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _LARGEST_PORT):
        raise SettingWrong("MOUSSEM_PORT", f"must be a number from 1 to {_LARGEST_PORT}")
    return Listening(environ.get("MOUSSEM_HOST") or LOOPBACK, int(port))
