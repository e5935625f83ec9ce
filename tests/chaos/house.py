"""The platform in processes of its own, each of which can be killed, paused and started again."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from infra.health import answers, takes_connections, tells_that_it_lives
from infra.listening import LOOPBACK
from infra.mailbox.sink import mail_sink
from infra.roles import make_database
from infra.supervising.child import Child, Plan
from infra.supervising.folder import free_port
from libs.config import KEY_BYTES, Settings, read_settings
from libs.db.migrating import migrate
from tests.chaos.servers import RabbitMQ, Server, debian_postgresql, embedded_postgresql
from tests.chaos.surroundings import Clock, SmallDisk, small_disk
from tests.production.servers import need

POSTGRESQL, RABBITMQ, PGBOUNCER = "PostgreSQL", "RabbitMQ", "PgBouncer"
_STARTS_WITHIN = 120.0  # seconds, on a machine that does much else


class House(Struct):
    """`parts` by their names: the servers, `web 1`, `web 2`, `worker 1`, `worker 2`."""

    folder: Path
    disk: SmallDisk  # PostgreSQL's
    clock: Clock  # of the first worker
    environ: dict[str, str]
    superuser: str
    webs: list[str]
    rabbitmq: RabbitMQ | None = None
    parts: dict[str, Child] = {}

    @property
    def settings(self) -> Settings:
        return read_settings(self.environ)

    @property
    def mailbox(self) -> Path:
        return self.folder / "mail"

    def names(self, kind: str) -> list[str]:
        return [name for name in self.parts if name.startswith(kind)]

    async def kill(self, name: str) -> None:
        """Kill a part by SIGKILL, with all that it started; return when it is gone."""
        self.parts[name].kill()
        await self.parts[name].stop()
        if name == RABBITMQ and self.rabbitmq:
            while await asyncio.to_thread(takes_connections, LOOPBACK, self.rabbitmq.port):  # noqa: ASYNC110 (a process)
                await asyncio.sleep(0.02)

    async def start(self, name: str) -> None:
        await self.parts[name].start()

    def pause(self, name: str) -> None:
        self.parts[name].signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self.parts[name].signal(signal.SIGCONT)

    async def operate(self, *words: str) -> str:
        """Run `./moussem …` as an operator does; return what it says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "infra", *words, env=self.environ, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
        assert process.returncode == 0
        return said.decode()


@asynccontextmanager
async def embedded(folder: Path, **settings: str) -> AsyncIterator[House]:
    """Run the platform as `./moussem demo` does: PostgreSQL is the broker too, nothing stands before it."""
    async with AsyncExitStack() as closing:
        disk = closing.enter_context(small_disk(folder / "disk"))
        server = await asyncio.to_thread(embedded_postgresql, disk.folder)
        house = await _found(folder, disk, server, settings, closing)
        await _furnish(house, closing)
        yield house


@asynccontextmanager
async def production(folder: Path, rabbitmq: Mapping[str, str] | None = None, **settings: str) -> AsyncIterator[House]:
    """Run the platform on Debian's PostgreSQL and RabbitMQ, behind PgBouncer; `rabbitmq` are lines of its settings."""
    need("pgbouncer")
    async with AsyncExitStack() as closing:
        disk = closing.enter_context(small_disk(folder / "disk"))
        node, pooler = RabbitMQ.in_folder(folder / "rabbitmq", rabbitmq or {}), free_port()
        server = await asyncio.to_thread(debian_postgresql, disk.folder)
        broker = {
            "MOUSSEM_BROKER_URL": node.address,
            "MOUSSEM_DATABASE_URL": f"postgresql://{LOOPBACK}:{pooler}/moussem",
            "MOUSSEM_DIRECT_DATABASE_URL": server.address,
        }
        await _run(Child(node.mapper), closing)
        starting = asyncio.create_task(_run(Child(node.plan), closing))
        house = await _found(folder, disk, server, {**broker, **settings}, closing)
        house.rabbitmq = node
        house.parts[RABBITMQ] = await starting
        bouncer = _python(house, PGBOUNCER, "infra.production.pooler", lambda: takes_connections(LOOPBACK, pooler))
        bouncer.environ.update(MOUSSEM_PORT=str(pooler), MOUSSEM_DATA=str(folder))
        house.parts[PGBOUNCER] = await _run(Child(bouncer), closing)
        await _furnish(house, closing)
        yield house


async def _run(child: Child, closing: AsyncExitStack) -> Child:
    closing.push_async_callback(child.stop)
    await child.start()
    return child


async def _found(
    folder: Path, disk: SmallDisk, server: Server, settings: Mapping[str, str], closing: AsyncExitStack
) -> House:
    """Run PostgreSQL, and make the database in it."""
    smtp_url = await closing.enter_async_context(mail_sink(folder / "mail"))
    postgresql = await _run(Child(server.plan), closing)
    webs = [free_port(), free_port()]
    own = {
        "MOUSSEM_DATABASE_URL": server.address,
        "MOUSSEM_KEY": base64.b64encode(b"k" * KEY_BYTES).decode(),
        "MOUSSEM_SMTP_URL": smtp_url,
        "MOUSSEM_BASE_URL": f"http://{LOOPBACK}:{webs[0]}",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")}
    house = House(
        folder=folder,
        disk=disk,
        clock=Clock.kept_in(folder),
        environ={**inherited, **own, **settings},
        superuser=server.superuser,
        webs=[f"http://{LOOPBACK}:{port}" for port in webs],
        parts={POSTGRESQL: postgresql},
    )
    await asyncio.to_thread(make_database, server.superuser)
    await asyncio.to_thread(migrate, house.settings)
    return house


async def _furnish(house: House, closing: AsyncExitStack) -> None:
    """Run two of each process.

    The first worker's clock can be set; the second one's relay doubles, delays and reorders what it sends.
    """
    webs = [_web(house, number, url) for number, url in enumerate(house.webs, 1)]
    workers = [
        _worker(house, 1, "tests.chaos.skewed", house.clock.environ),
        _worker(house, 2, "tests.chaos.unruly", {}),
    ]
    children = [*webs, *workers]
    await asyncio.gather(*(_run(child, closing) for child in children))
    house.parts |= {child.plan.name: child for child in children}


def _web(house: House, number: int, url: str) -> Child:
    plan = _python(house, f"web {number}", "infra.web", lambda: answers(f"{url}/healthz"))
    plan.environ.update(MOUSSEM_PORT=str(urlsplit(url).port))
    return Child(plan)


def _worker(house: House, number: int, module: str, own: Mapping[str, str]) -> Child:
    itself: list[Child] = []

    def is_ready() -> bool:
        return tells_that_it_lives(house.environ, "outreach", str(itself[0].pid))

    plan = _python(house, f"worker {number}", module, is_ready)
    plan.environ.update(own)
    itself.append(Child(plan))
    return itself[0]


class _OwnPlan(Plan, frozen=True, kw_only=True):
    environ: dict[str, str]


def _python(house: House, name: str, module: str, is_ready: Callable[[], bool]) -> _OwnPlan:
    log = house.folder / f"{name}.log"
    return _OwnPlan(
        name=name,
        command=[sys.executable, "-m", module],
        environ=dict(house.environ),
        log=log,
        is_ready=is_ready,
        look_every=0.1,
        starts_within=_STARTS_WITHIN,
    )
