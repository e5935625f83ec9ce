"""A data folder: held by one instance at a time, with its logs and its key."""

import base64
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from infra.supervising.ties import NotStarted
from libs.config import KEY_BYTES

LOGS = "logs"
_LOCK = "lock"
_BESIDE = "settings.json"  # how a command beside the processes reaches what they use


def make_folder(data: Path) -> None:
    """Make a data folder for our eyes only, unless it is there."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data / LOGS).mkdir(exist_ok=True)


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Make the data folder and hold it; one instance at a time has it."""
    make_folder(data)
    with (data / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise NotStarted(
                f"The data folder {data} is in use by another instance (process {lock.read().strip()}): "
                "stop it, or choose another folder with MOUSSEM_DATA."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def holder(data: Path) -> int | None:
    """Return the process that holds a data folder; none, where nobody does."""
    try:
        with (data / _LOCK).open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
    except FileNotFoundError:
        return None
    return None


def check_port(host: str, port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what only lingers there is no obstacle
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotStarted(
                f"Port {port} cannot be used ({error.strerror}): "
                "stop what uses it, or choose another with MOUSSEM_PORT."
            ) from None


def write_settings(data: Path, environ: Mapping[str, str]) -> None:
    """Keep, for their owner's eyes alone, the settings of a command beside the processes."""
    file = data / _BESIDE
    file.touch(mode=0o600)
    file.write_text(json.dumps({name: value for name, value in environ.items() if name.startswith("MOUSSEM_")}))


def written_settings(data: Path) -> dict[str, str]:
    """Return what was kept so; nothing where nothing was."""
    file = data / _BESIDE
    return dict(json.loads(file.read_text())) if file.exists() else {}


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def begin_log(data: Path, name: str) -> Path:
    """Begin a new log; that of the start before is kept beside it."""
    log = data / LOGS / f"{name}.log"
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    log.touch()
    return log


def lasting_key(data: Path) -> str:
    """Return this instance's own key, made at its first start."""
    file = data / "key"
    if not file.exists():
        new = data / "key.new"
        new.touch(mode=0o600)
        new.write_text(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        new.rename(file)
    return file.read_text()
