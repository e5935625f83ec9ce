"""The solving process as a stream: what web and worker know of the solver."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from pathlib import Path

from msgspec.json import encode

from services.scheduling.problem import Problem
from services.scheduling.solving.lines import Line, read_line

_ROOT = Path(__file__).parents[3]
_LONGEST_LINE = 2**24


class SolverFailed(Exception):
    """The solving process ended without its last line."""


async def solve(problem: Problem, seconds: float) -> AsyncGenerator[Line, None]:
    """Yield each better programme as it is found, the outcome last. To stop, close the stream: the process ends too."""
    command = (sys.executable, "-m", "services.scheduling.solving", str(seconds))
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE)
    if process.stdin is None or process.stdout is None:
        raise SolverFailed
    try:
        process.stdin.write(encode(problem))
        process.stdin.write_eof()
        async for line in process.stdout:
            yield read_line(line)
        if code := await process.wait():
            raise SolverFailed(code)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
