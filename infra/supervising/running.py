"""Running until told to stop, and running something through to its end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from infra.supervising.child import last_line, spawn
from infra.supervising.ties import NotStarted, signal_group


async def until_stopped(work: Awaitable[None], *, hung_up: Callable[[], None] | None = None) -> None:
    """Await `work`; SIGINT or SIGTERM cancel it, a second one cancels even its tidy end.

    So does SIGHUP, unless `hung_up` has another use for it.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    loop.add_signal_handler(signal.SIGHUP, hung_up or task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


async def run_through(what_fails: str, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
    """Run a program to its end, in a process of its own: what it imports shall not stay in this one's memory.

    Raise `NotStarted` with `what_fails` and the last thing that it said, if it does not end well.
    """
    process = await spawn(command, environ, log, signal.SIGKILL)
    try:
        if await process.wait():
            raise NotStarted(f"{what_fails}: {last_line(log)} (more in {log})")
    finally:
        signal_group(process.pid, signal.SIGKILL)
