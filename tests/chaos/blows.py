"""What befalls a house: each kind of blow takes something away and gives it back."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import psycopg
from dramatiq.common import dq_name

from libs.config import SERVICES
from tests.chaos.house import PGBOUNCER, POSTGRESQL, RABBITMQ, House
from tests.chaos.servers import RabbitMQ

LONGER_THAN_A_HEARTBEAT = 7.0  # seconds; a worker is held for dead after five
_LONGEST_ABSENCE = 2.0  # seconds until what was killed is started again
_DISK_IS_FULL_FOR = 2.0
_CLOCK_IS_WRONG_FOR = 5.0
_CLOCK_IS_WRONG_BY = 3_600  # seconds, before or behind

Hold = Callable[[str], AbstractAsyncContextManager[None]]  # keeps other blows off a part
Blow = Callable[[House, random.Random, Hold], Awaitable[None]]


def blows(house: House) -> dict[str, Blow]:
    """Return the blows that can be dealt to this house on this machine, by their kinds."""
    dealt: dict[str, Blow] = {
        "web killed": lambda house, chance, hold: _kill(house, chance, hold, chance.choice(house.names("web"))),
        "worker and relay killed": lambda house, chance, hold: _kill(
            house, chance, hold, chance.choice(house.names("worker"))
        ),
        "worker paused": _pause,
        "PostgreSQL killed": lambda house, chance, hold: _kill(house, chance, hold, POSTGRESQL),
        "connections cut": _cut,
    }
    if RABBITMQ in house.parts:
        dealt["RabbitMQ killed"] = lambda house, chance, hold: _kill(house, chance, hold, RABBITMQ)
    if PGBOUNCER in house.parts:
        dealt["PgBouncer killed"] = lambda house, chance, hold: _kill(house, chance, hold, PGBOUNCER)
    if house.disk.is_small:
        dealt["disk full"] = _fill_disk
    if house.clock.library:
        dealt["clock stepped"] = _step_clock
    return dealt


def left_out(house: House) -> list[str]:
    """Return what cannot be tried on this machine, and why."""
    return [
        *([] if house.disk.is_small else ["disk full: no small file system may be mounted here"]),
        *([] if house.clock.library else ["clock stepped: faketime is not installed here"]),
    ]


async def _kill(house: House, chance: random.Random, hold: Hold, name: str) -> None:
    async with hold(name):
        await house.kill(name)
        await asyncio.sleep(chance.uniform(0, _LONGEST_ABSENCE))
        await house.start(name)


async def _pause(house: House, chance: random.Random, hold: Hold) -> None:
    name = chance.choice(house.names("worker"))
    async with hold(name):
        house.pause(name)
        try:
            await asyncio.sleep(LONGER_THAN_A_HEARTBEAT)
        finally:
            house.resume(name)


async def _cut(house: House, chance: random.Random, hold: Hold) -> None:
    """End the database sessions of whoever is in the middle of something."""
    async with hold(POSTGRESQL):
        operator = await psycopg.AsyncConnection.connect(house.superuser, autocommit=True)
        async with operator:
            for _ in range(20):
                await operator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = 'moussem' AND pid <> pg_backend_pid() ORDER BY state = 'idle', random() LIMIT 2"
                )
                await asyncio.sleep(chance.uniform(0, 0.1))


async def _fill_disk(house: House, _: random.Random, hold: Hold) -> None:
    """Leave PostgreSQL no room; where it gave up for that, it is started again when there is some."""
    async with hold(POSTGRESQL):
        try:
            await asyncio.to_thread(house.disk.fill)
            await asyncio.sleep(_DISK_IS_FULL_FOR)
        finally:
            await asyncio.to_thread(house.disk.clear)
        if not await asyncio.to_thread(house.parts[POSTGRESQL].plan.is_ready):
            await house.kill(POSTGRESQL)
            await house.start(POSTGRESQL)


async def _step_clock(house: House, chance: random.Random, hold: Hold) -> None:
    async with hold("clock"):
        house.clock.step(chance.choice((-_CLOCK_IS_WRONG_BY, _CLOCK_IS_WRONG_BY)))
        try:
            await asyncio.sleep(_CLOCK_IS_WRONG_FOR)
        finally:
            house.clock.step(0)


async def empty_broker(house: House) -> int:
    """Let the broker lose all that it has; return how many messages waited in it.

    The workers are killed before, with what they hold: until they are back, messages wait.
    """
    workers = house.names("worker")
    await asyncio.gather(*map(house.kill, workers))
    lost = await (_begin_anew(house, house.rabbitmq) if house.rabbitmq else _delete_queue(house))
    await asyncio.gather(*map(house.start, workers))
    return lost


async def _begin_anew(house: House, rabbitmq: RabbitMQ) -> int:
    names = [name for each in SERVICES for name in (each, dq_name(each))]
    waiting = sum([await asyncio.to_thread(rabbitmq.waiting, name) for name in names])
    await house.kill(RABBITMQ)
    await asyncio.to_thread(rabbitmq.forget)
    await house.start(RABBITMQ)
    return waiting


async def _delete_queue(house: House) -> int:
    operator = await psycopg.AsyncConnection.connect(house.superuser, dbname="moussem", autocommit=True)
    async with operator:
        return (await operator.execute("DELETE FROM broker.queue")).rowcount
