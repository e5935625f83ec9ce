"""The servers that run on a machine for production: where they are missing, a test is left out, but never in CI."""

import os
import shutil
import socket
from contextlib import closing

import pytest

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"
_PORTS = {"PostgreSQL": 5432, "RabbitMQ": 5672}


def need(*names: str) -> None:
    """Return if each is there: a program by its name, a server by that of its kind."""
    missing = [name for name in names if not _is_there(name)]
    if not missing:
        return
    reason = f"not on this machine: {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _is_there(name: str) -> bool:
    if name not in _PORTS:
        return bool(shutil.which(name) or shutil.which(name, path="/usr/sbin"))
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", _PORTS[name])) == 0
