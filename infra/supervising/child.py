"""One child process: started, asked until it is ready, watched, stopped with all that it started itself."""

import asyncio
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from infra.supervising.ties import NotStarted, as_child, signal_group

ROOT = Path(__file__).parents[2]
_STOPS_WITHIN = 8.0  # seconds, then it is killed
CRASHES = 5
WITHIN = 60.0  # seconds: more than CRASHES of one child in this time end the whole

Say = Callable[[str], None]


class Plan(Struct, frozen=True, kw_only=True):
    """How to run a child. `is_ready` is asked in a thread until it is true, for `starts_within` seconds at most."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool]
    look_every: float = 0.05  # seconds
    starts_within: float = 60.0
    stop: signal.Signals = signal.SIGTERM
    stop_before_ready: signal.Signals = signal.SIGKILL  # a server that just starts may lose a gentler one


class Child:
    """A running plan. Its methods are called in the loop of the main thread."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._process: Process | None = None
        self._is_ready = False

    @property
    def pid(self) -> int:
        """The number of the process, when it was started."""
        return self._process.pid if self._process else 0

    def signal(self, number: signal.Signals) -> None:
        """Signal the process itself, not what it started."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def start(self) -> None:
        """Return when the child is ready; raise `NotStarted` when it ends or does not get there."""
        plan = self.plan
        self._is_ready = False
        self._process = process = await spawn(plan.command, plan.environ, plan.log, plan.stop_before_ready)
        until = time.monotonic() + plan.starts_within
        while not await asyncio.to_thread(plan.is_ready):
            if process.returncode is not None:
                raise NotStarted(f"{plan.name} does not start: {last_line(plan.log)} (more in {plan.log})")
            if time.monotonic() > until:
                await self.stop()
                raise NotStarted(f"{plan.name} is not ready after {plan.starts_within:.0f} s: see {plan.log}")
            await asyncio.sleep(plan.look_every)
        self._is_ready = True

    async def keep(self, say: Say) -> None:
        """Start the child again each time it ends; raise `NotStarted` when it ends too often."""
        ends: deque[float] = deque(maxlen=CRASHES)
        while True:
            how = await self._ended()
            ends.append(time.monotonic())
            if len(ends) == CRASHES and ends[-1] - ends[0] < WITHIN:
                raise NotStarted(
                    f"{self.plan.name} ended {CRASHES} times within {WITHIN:.0f} s ({how}): see {self.plan.log}"
                )
            say(f"{self.plan.name} ended ({how}) and is started again")
            try:
                await self.start()
                say(f"{self.plan.name} is ready again")
            except NotStarted as reason:
                say(str(reason))

    async def stop(self) -> None:
        """Ask the child to end, then leave it no choice; return when it and all that it started are gone."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            signal_group(process.pid, self.plan.stop if self._is_ready else self.plan.stop_before_ready)
            try:
                await asyncio.wait_for(process.wait(), _STOPS_WITHIN)
            except TimeoutError:
                signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        self.kill()

    def kill(self) -> None:
        if self._process is not None:
            signal_group(self._process.pid, signal.SIGKILL)

    async def _ended(self) -> str:
        if self._process is None:
            return "it was never started"
        code = await self._process.wait()
        self.kill()  # what it leaves behind would hold its port or its locks
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with {code}"


async def spawn(command: Sequence[str], environ: Mapping[str, str], log: Path, dies_by: signal.Signals) -> Process:
    """Start a program whose output goes to `log` and which ends when we do."""
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=output, stderr=output, env=environ, cwd=ROOT, **as_child(dies_by)
        )


def last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it says nothing"
