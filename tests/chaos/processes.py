"""Workers as processes: one that dies where it is told to, one that goes on."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from infra.supervising.child import ROOT
from infra.supervising.ties import as_child

_DIES_WITHIN = 60.0  # seconds


async def die_at(environ: Mapping[str, str], point: str, nth: int) -> None:
    """Run a worker until it kills itself at the nth passage of `point`."""
    process = await _start(environ, "tests.chaos.worker", point, str(nth))
    try:
        await asyncio.wait_for(process.wait(), _DIES_WITHIN)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == -signal.SIGKILL


@asynccontextmanager
async def working(environ: Mapping[str, str]) -> AsyncIterator[None]:
    """Run the platform's worker while the block runs; it ends well when it is asked to."""
    process = await _start(environ, "infra.worker")
    try:
        yield
    finally:
        process.terminate()
        ended = await asyncio.wait_for(process.wait(), _DIES_WITHIN)
        assert ended in (0, -signal.SIGTERM)  # the latter where it was asked before it had begun


async def _start(environ: Mapping[str, str], module: str, *arguments: str) -> Process:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, cwd=ROOT, env={**inherited, **environ}, **as_child(signal.SIGKILL)
    )
