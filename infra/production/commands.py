"""`./moussem up`, `restart` and `down`: the services apart on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from infra.embedded.demonstration import load, where_to_look
from infra.production.place import data_folder, read_place
from infra.production.supervisor import supervise
from infra.supervising.child import ROOT, Say, last_line
from infra.supervising.folder import begin_log, holder, make_folder
from infra.supervising.ties import NotStarted

_LAST_WORDS = "`./moussem down` stops everything; what was done is kept."
_LOOK_EVERY = 0.1  # seconds
_STOPS_WITHIN = 60.0


def run_here(environ: Mapping[str, str], say: Say, *, demo: bool, each: int) -> None:
    """Run in the foreground until stopped."""

    async def once_ready(settings: Mapping[str, str]) -> None:
        if demo:
            await load(settings)
        for line in where_to_look(settings):
            say(line)
        say(_LAST_WORDS)

    supervise(read_place(environ, demo=demo), say, once_ready, each=each)


def start(environ: Mapping[str, str], *, demo: bool, each: int) -> None:
    """Start it in the background, and show what it says until all is there; raise `NotStarted` if it ends before."""
    data = read_place(environ, demo=demo).data
    if pid := holder(data):
        raise NotStarted(f"It is up (process {pid}): `./moussem restart` replaces its processes, one after another.")
    make_folder(data)
    log = begin_log(data, "supervisor")
    options = [*(["--demo"] if demo else []), "--each", str(each), "--foreground"]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "infra", "up", *options],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _show(log, process)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()


def restart(environ: Mapping[str, str]) -> None:
    """Have each process replaced by one of the code as it lies here now, without a failed request."""
    os.kill(_running(environ), signal.SIGHUP)


def stop(environ: Mapping[str, str]) -> None:
    """Stop it; return when it is gone."""
    pid = _running(environ)
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _STOPS_WITHIN
    while holder(data_folder(environ)) == pid:
        if time.monotonic() > until:
            raise NotStarted(f"It does not stop (process {pid}): see {data_folder(environ)}/logs.")
        time.sleep(_LOOK_EVERY)


def _running(environ: Mapping[str, str]) -> int:
    data = data_folder(environ)
    pid = holder(data)
    if pid is None:
        raise NotStarted(f"Nothing is up in {data}: `./moussem up` starts it.")
    return pid


def _show(log: Path, process: "subprocess.Popen[bytes]") -> None:
    with log.open(encoding="utf-8") as lines:
        while True:
            line = lines.readline()
            if line:
                print(line, end="", flush=True)  # noqa: T201 (this is the terminal)
                if _LAST_WORDS in line:
                    return
            elif process.poll() is not None:
                raise NotStarted(f"It did not come up: {last_line(log).removeprefix('moussem: ')}")
            else:
                time.sleep(_LOOK_EVERY)
