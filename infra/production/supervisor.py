"""Starts the services apart on this machine, watches them, replaces them on SIGHUP, and stops them all."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import msgspec

from infra.mailbox.sink import mail_sink
from infra.production.fleet import Fleet
from infra.production.place import Place, keep_secrets
from infra.production.pooler import program as pgbouncer
from infra.production.processes import MIGRATE, PROCESSES
from infra.production.proxy import program as nginx
from infra.supervising.child import Say
from infra.supervising.folder import begin_log, check_port, held, write_settings
from infra.supervising.running import run_through, until_stopped
from infra.supervising.ties import NotStarted

Loader = Callable[[Mapping[str, str]], Awaitable[None]]


def supervise(place: Place, say: Say, once_ready: Loader, *, each: int) -> None:
    """Run all until SIGINT or SIGTERM; raise `NotStarted` or `SettingWrong` if that cannot be.

    `once_ready` is given the environment of a command beside the processes, when all of them do their work.
    """
    nginx(), pgbouncer()
    with held(place.data):
        check_port(place.host, place.port)
        keep_secrets(place)
        asyncio.run(_run(place, say, once_ready, each))


async def _run(place: Place, say: Say, once_ready: Loader, each: int) -> None:
    wanted = asyncio.Event()
    await until_stopped(_Production(place, say, wanted, each).run(once_ready), hung_up=wanted.set)


class _Production:
    def __init__(self, place: Place, say: Say, replacement_wanted: asyncio.Event, each: int) -> None:
        self._place = place
        self._say = say
        self._wanted = replacement_wanted
        self._each = each

    async def run(self, once_ready: Loader) -> None:
        async with AsyncExitStack() as closing:
            place = self._place
            if place.demo:
                smtp_url = await closing.enter_async_context(mail_sink(place.mailbox))
                place = msgspec.structs.replace(place, environ={**place.environ, "MOUSSEM_SMTP_URL": smtp_url})
            await self._prepare(place)
            fleet = Fleet(place, self._say, each=self._each)
            try:
                await fleet.start()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(fleet.watch())
                    tasks.create_task(self._replace_when_wanted(place, fleet))
                    await once_ready(place.beside())
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from None
            finally:
                self._say("stopping")
                try:
                    await fleet.stop()
                finally:
                    fleet.kill()

    async def _prepare(self, place: Place) -> None:
        """Bring RabbitMQ and the database to what this code needs."""
        begun = time.monotonic()
        write_settings(place.data, place.beside())
        log = begin_log(place.data, "rabbitmq")
        await run_through("The broker cannot be used", _module("infra.production.virtual_host"), place.beside(), log)
        migrate = next(process for process in PROCESSES if process.name == MIGRATE)
        environ = {**place.environment(migrate), "MOUSSEM_DATABASE_URL": place.database_url}
        log = begin_log(place.data, MIGRATE)
        await run_through("The database cannot be migrated", _module(*migrate.command), environ, log)
        self._say(f"database and broker are up to date ({time.monotonic() - begun:.1f} s)")

    async def _replace_when_wanted(self, place: Place, fleet: Fleet) -> None:
        """Bring the database up to the code as it lies there now, then the processes, one by one."""
        while await self._wanted.wait():
            self._wanted.clear()
            try:
                await self._prepare(place)
                await fleet.replace()
            except NotStarted as reason:
                self._say(f"not everything is replaced, and what was there goes on: {reason}")


def _module(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]
