"""The embedded platform, started for a run on a free port with a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from infra.embedded.place import instance_settings
from infra.embedded.postgresql import Cluster
from infra.supervising.child import ROOT
from libs.config import Settings, read_settings

_STOPS_WITHIN = 60.0  # seconds


class NotThere(Exception):
    """The platform did not start."""


class Platform(Struct, frozen=True):
    """A running instance, all services in one web and one worker process."""

    port: int
    settings: Settings
    superuser_address: str
    log: Path  # PostgreSQL's
    web: int  # the process's number


@contextmanager
def running_platform(data: Path) -> Iterator[Platform]:
    """Run the platform, without the demonstration's data, while the block runs."""
    port = free_port()
    environ = environment(MOUSSEM_DATA=str(data), MOUSSEM_PORT=str(port))
    process = subprocess.Popen(
        [sys.executable, "-m", "infra", "demo", "--empty"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = []
        for line in process.stdout or ():
            said.append(line)
            if line.startswith("ready") or "ready: http" in line:
                break
        else:
            raise NotThere("".join(said))
        yield Platform(
            port=port,
            settings=read_settings(instance_settings(environ)),
            superuser_address=Cluster.of(data).superuser_address,
            log=data / "logs" / "postgresql.log",
            web=_child(process.pid, "infra.web"),
        )
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=_STOPS_WITHIN)


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with these settings of the platform and no others."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")}, **settings}


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident(process: int) -> float:
    """Return the memory that a process holds, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _child(parent: int, module: str) -> int:
    """Return the child process that runs a module."""
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise NotThere(module)
