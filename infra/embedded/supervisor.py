"""Starts all parts of the platform on this machine in their order, watches them, and stops them all."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from infra.embedded import postgresql
from infra.embedded.place import HOST, Place, check_settings, metrics_of, settings_of
from infra.health import answers
from infra.mailbox.sink import mail_sink
from infra.supervising.child import Child, Plan, Say
from infra.supervising.folder import begin_log, check_port, held
from infra.supervising.running import run_through, until_stopped

Environ = Mapping[str, str]
Loader = Callable[[Environ], Awaitable[None]]


def supervise(place: Place, environ: Environ, say: Say, once_ready: Loader) -> None:
    """Run the platform until Ctrl-C or SIGTERM; raise `NotStarted` or `SettingWrong` if it cannot run.

    `once_ready` is given the environment of the platform's processes, when all of them are there.
    """
    check_settings(place, environ)
    with held(place.data):
        check_port(HOST, place.port)
        asyncio.run(until_stopped(_Platform(place, environ, say).run(once_ready)))


class _Platform:
    def __init__(self, place: Place, environ: Environ, say: Say) -> None:
        self._place = place
        self._environ = environ
        self._say = say
        self._children: list[Child] = []

    async def run(self, once_ready: Loader) -> None:
        try:
            async with mail_sink(self._place.mailbox) as smtp_url:
                environ = await self._start(smtp_url)
                async with asyncio.TaskGroup() as watching:
                    for child in self._children:
                        watching.create_task(child.keep(self._say))
                    await once_ready(environ)
        except ExceptionGroup as failures:  # of the watching
            raise failures.exceptions[0] from None
        finally:
            await self._stop()

    async def _start(self, smtp_url: str) -> Environ:
        cluster = await asyncio.to_thread(postgresql.prepare, self._place.data)
        environ = settings_of(
            self._place, {"MOUSSEM_SMTP_URL": smtp_url, **self._environ}, database_url=cluster.address
        )
        await self._add(
            Plan(
                name="PostgreSQL",
                command=cluster.command,
                environ=environ,
                log=self._log("postgresql"),
                is_ready=cluster.is_ready,
                stop=postgresql.STOP,
                stop_before_ready=postgresql.STOP,
            )
        )
        await self._migrate(cluster, environ)
        await asyncio.to_thread(postgresql.end_idle_sessions, cluster)
        for place, (name, path) in enumerate((("web", "/healthz"), ("worker", "/readyz"))):
            await self._add(
                Plan(
                    name=name,
                    command=[sys.executable, "-m", f"infra.{name}"],
                    environ={**environ, **metrics_of(environ, place)},
                    log=self._log(name),
                    is_ready=partial(answers, self._place.base_url + path),
                )
            )
        return environ

    async def _add(self, plan: Plan) -> None:
        begun = time.monotonic()
        child = Child(plan)
        self._children.append(child)
        await child.start()
        self._say(f"{plan.name} is ready ({time.monotonic() - begun:.1f} s)")

    async def _migrate(self, cluster: postgresql.Cluster, environ: Environ) -> None:
        begun = time.monotonic()
        await run_through(
            "The database cannot be migrated",
            [sys.executable, "-m", "infra.database"],
            {**environ, "MOUSSEM_SUPERUSER_URL": cluster.superuser_address},
            self._log("migrations"),
        )
        self._say(f"the database is up to date ({time.monotonic() - begun:.1f} s)")

    async def _stop(self) -> None:
        """Stop PostgreSQL last, when nobody uses it any more."""
        self._say("stopping")
        try:
            await asyncio.gather(*(child.stop() for child in self._children[1:]))
            await asyncio.gather(*(child.stop() for child in self._children[:1]))
        finally:
            for child in self._children:
                child.kill()

    def _log(self, name: str) -> Path:
        return begin_log(self._place.data, name)
