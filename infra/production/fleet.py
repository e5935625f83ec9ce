"""The running processes of the table: started, watched, and replaced one after another without a failed request."""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

from infra.health import answers, takes_connections, tells_its_figures, tells_that_it_lives
from infra.listening import LOOPBACK
from infra.production.place import Place
from infra.production.processes import POOLER, PROCESSES, PROXY, STANDING, Process
from infra.production.proxy import read_proxy
from infra.supervising.child import Child, Plan, Say
from infra.supervising.folder import begin_log, free_port
from infra.supervising.ties import NotStarted
from libs.config import SERVICES

_AT_A_TIME = 3  # starting a process costs a processor for a second or two
_STARTS_WITHIN = 180.0  # seconds
_SETTLES_WITHIN = 60.0


class Member:
    """One process of the table as it runs, at a port of its own; `number` tells those of one kind apart."""

    def __init__(self, place: Place, process: Process, number: int, **own: str) -> None:
        self.process = process
        self.number = number
        self.port = int(own.get("MOUSSEM_PORT") or free_port())
        self.figures = f"{LOOPBACK}:{free_port()}"
        own = {"MOUSSEM_PORT": str(self.port), "MOUSSEM_METRICS": self.figures, **own}
        environ = place.environment(process, **own)
        name = f"{process.name}-{number}"
        self.child = Child(
            Plan(
                name=name,
                command=[sys.executable, "-m", *process.command],
                environ=environ,
                log=begin_log(place.data, name),
                is_ready=self._is_ready,
                look_every=0.25,
                starts_within=_STARTS_WITHIN,
                stop_before_ready=signal.SIGKILL if process.is_ours else signal.SIGTERM,
            )
        )
        self._environ = environ
        self.watching: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def is_web(self) -> bool:
        return self.process.health == ("web",)

    def _is_ready(self) -> bool:
        kind, *rest = self.process.health
        if kind == STANDING:
            return tells_its_figures(self._environ)
        if kind == "worker":
            return tells_that_it_lives(self._environ, rest[0], str(self.child.pid))
        if kind == POOLER:
            return takes_connections(LOOPBACK, self.port)
        at = self._environ["MOUSSEM_INTERNAL_LISTEN"] if kind == PROXY else self.address
        return answers(f"http://{at}/healthz")


class Fleet:
    """All of them; each service's web and worker `each` times."""

    def __init__(self, place: Place, say: Say, *, each: int = 1) -> None:
        self._place = place
        self._say = say
        self._each = each
        self._members: list[Member] = []
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._starting = asyncio.Semaphore(_AT_A_TIME)

    async def start(self) -> None:
        """Start what does not end, in the table's order; return when each process does its work."""
        begun = time.monotonic()
        pooler, proxy = (next(each for each in PROCESSES if each.name == name) for name in (POOLER, PROXY))
        await self._add(Member(self._place, pooler, 1, MOUSSEM_PORT=str(self._place.pooler_port)))
        await self._start_services()
        await self._add(Member(self._place, proxy, 1, **self._of_proxy()))
        for member in self._members:
            await self._settle(member)
        self._tell_prometheus()
        self._say(f"{len(self._members)} processes are ready ({time.monotonic() - begun:.1f} s)")

    async def watch(self) -> None:
        """Start again whatever ends, for ever; raise `NotStarted` when something ends too often."""
        await self._failed

    async def replace(self) -> None:
        """Replace each service's processes by new ones: a new one works before its predecessor is asked to stop.

        Raise `NotStarted` where a new one does not; those that are not replaced by then go on.
        """
        begun = time.monotonic()
        for old in [member for member in self._members if member.process.is_ours]:
            new = Member(self._place, old.process, old.number + self._each)
            try:
                await self._add(new)
                await self._settle(new)
            except NotStarted:
                self._members.remove(new)
                await _end(new)
                raise
            self._members.remove(old)
            self._tell_prometheus()
            if new.is_web:
                await self._reload_proxy()
            await _end(old)
        self._say(f"every service's processes are new ({time.monotonic() - begun:.1f} s)")

    async def stop(self) -> None:
        """Let nothing new in, let the services finish, and close the way to the database last."""
        for kind in (self._is_proxy, self._is_of_service, self._is_other):
            await asyncio.gather(*(_end(member) for member in self._members if kind(member)))

    def kill(self) -> None:
        for member in self._members:
            member.child.kill()

    async def _start_services(self) -> None:
        await asyncio.gather(
            *(
                self._add(Member(self._place, process, number))
                for process in PROCESSES
                if process.is_ours
                for number in range(1, (self._each if process.service else 1) + 1)
            )
        )

    async def _add(self, member: Member) -> None:
        self._members.append(member)
        async with self._starting:
            await member.child.start()
        member.watching = asyncio.create_task(member.child.keep(self._say))
        member.watching.add_done_callback(self._note_failure)

    def _note_failure(self, watching: asyncio.Task[None]) -> None:
        if not watching.cancelled() and (reason := watching.exception()) and not self._failed.done():
            self._failed.set_exception(reason)

    async def _settle(self, member: Member) -> None:
        """Return when a web process finds all that its service needs, a worker too."""
        until = time.monotonic() + _SETTLES_WITHIN
        while member.is_web and not await asyncio.to_thread(answers, f"http://{member.address}/readyz"):
            if time.monotonic() > until:
                raise NotStarted(f"{member.child.plan.name} misses something: see http://{member.address}/readyz")
            await asyncio.sleep(0.1)

    def _tell_prometheus(self) -> None:
        """Write where each process tells its figures now, in the form of Prometheus's `file_sd_configs`."""
        told = [
            {"targets": [each.figures], "labels": {"process": each.process.name}}
            for each in self._members
            if each.process.is_ours
        ]
        new = self._place.data / "targets.json.new"
        new.write_text(json.dumps(told, indent=1))
        new.rename(self._place.data / "targets.json")

    def _of_proxy(self) -> dict[str, str]:
        """Return what the proxy alone is told: its own address, whom it believes, and where each service answers."""
        place = self._place
        return {
            "MOUSSEM_HOST": place.host,
            "MOUSSEM_PORT": str(place.port),
            "MOUSSEM_PROXIES": place.environ.get("MOUSSEM_PROXIES", ""),
            **{f"MOUSSEM_{service.upper()}_WEB": self._webs(service) for service in SERVICES},
        }

    def _webs(self, service: str) -> str:
        return ",".join(each.address for each in self._members if each.is_web and each.process.service == service)

    async def _reload_proxy(self) -> None:
        """Have nginx send requests where they go now; return when those who still sent them elsewhere are gone."""
        read_proxy({**self._place.settings, **self._of_proxy()}).write()
        proxy = next(member for member in self._members if self._is_proxy(member))
        before = _children(proxy.child.pid)
        proxy.child.signal(signal.SIGHUP)
        until = time.monotonic() + _SETTLES_WITHIN
        while before & _children(proxy.child.pid):
            if time.monotonic() > until:
                raise NotStarted(f"nginx does not take over its new configuration: see {proxy.child.plan.log}")
            await asyncio.sleep(0.05)

    @staticmethod
    def _is_proxy(member: Member) -> bool:
        return member.process.name == PROXY

    @staticmethod
    def _is_of_service(member: Member) -> bool:
        return member.process.is_ours

    def _is_other(self, member: Member) -> bool:
        return not self._is_proxy(member) and not self._is_of_service(member)


async def _end(member: Member) -> None:
    if member.watching is not None:
        member.watching.cancel()
        await asyncio.wait([member.watching])
    await member.child.stop()


def _children(process: int) -> set[str]:
    return set(Path(f"/proc/{process}/task/{process}/children").read_text().split())
