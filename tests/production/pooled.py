"""PgBouncer of our own in front of a PostgreSQL of the tests."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from infra.health import takes_connections
from infra.listening import LOOPBACK, Listening
from infra.production.pooler import Pooler
from infra.supervising.folder import free_port
from tests.infra.instance import WAITS


@contextmanager
def pooled(folder: Path, direct: str, *, pool: int) -> Iterator[str]:
    """Run PgBouncer while the block runs; yield the database's address behind it."""
    listening = Listening(LOOPBACK, free_port())
    pooler = Pooler(folder=folder, listening=listening, server=direct, pool=pool)
    pooler.write()
    with subprocess.Popen(pooler.command, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + WAITS
        while not takes_connections(listening.host, listening.port):
            assert process.poll() is None, "PgBouncer does not start"
            assert time.monotonic() < until
        parts = urlsplit(direct)
        yield urlunsplit((parts.scheme, f"{listening.host}:{listening.port}", parts.path, "", ""))
        process.terminate()
