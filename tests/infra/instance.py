"""One instance of the platform, started as `./moussem demo` starts it, for the tests that end it in every way."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

from infra.supervising.child import ROOT

WAITS = 60.0  # seconds, for what takes five on a quiet machine


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environ_of(data: Path, **settings: str) -> dict[str, str]:
    """Return the environment of an instance, and of commands beside it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")}
    return {**inherited, "MOUSSEM_DATA": str(data), **settings}


def command(environ: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `./moussem` to its end."""
    said = [sys.executable, "-m", "infra", *arguments]
    return subprocess.run(said, cwd=ROOT, env=environ, check=False, capture_output=True, text=True)


class Instance:
    def __init__(self, data: Path, options: tuple[str, ...] = ("--empty",), /, **settings: str) -> None:
        self.data = data
        self.port = settings.get("MOUSSEM_PORT") or str(free_port())
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environ = environ_of(data, **{"MOUSSEM_PORT": self.port, **settings})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra", "demo", *options],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=WAITS)

    def says(self, words: str) -> str:
        """Read on until a line has `words` in it."""
        assert self.process.stdout
        for line in self.process.stdout:
            if words in line:
                return line
        assert self.process.stderr
        raise AssertionError(f"it never said {words!r}: {self.process.stderr.read()}")

    def answers(self, path: str) -> bool:
        """Ask until the address is there, as whoever waits for it does; return whether that came true."""
        until = time.monotonic() + WAITS
        while time.monotonic() < until:
            with suppress(urllib.error.URLError):
                urllib.request.urlopen(self.base_url + path, timeout=10).close()  # noqa: S310 (our own address)
                return True
        return False

    def ends(self) -> tuple[int, str]:
        """Return how the instance ended, and what it said of that."""
        _, said = self.process.communicate(timeout=WAITS)
        return self.process.returncode, said

    def children(self) -> dict[str, int]:
        """Return the process of each part by its name."""
        names = {"postgres": "PostgreSQL", "infra.web": "web", "infra.worker": "worker"}
        return {
            part: process
            for process, (parent, _) in _processes().items()
            for word, part in names.items()
            if parent == self.process.pid and word in _command(process)
        }

    def descendants(self) -> list[int]:
        """Return every process of every part: each part leads a session of its own."""
        sessions = set(self.children().values())
        return [process for process, (_, session) in _processes().items() if session in sessions]


def gone(processes: list[int]) -> bool:
    """Wait until none of these processes runs any more; return whether that came true."""
    for process in processes:
        try:
            handle = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        with os.fdopen(handle, "rb") as running:
            if not select.select([running], [], [], WAITS)[0]:
                return False
    return True


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _processes() -> dict[int, tuple[int, int]]:
    """Return parent and session of every process of the machine."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(entry.parent.name)] = int(fields[1]), int(fields[3])
    return found
