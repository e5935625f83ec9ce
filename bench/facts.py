"""How fast a fact travels: outbox → relay → broker → inbox and projection, on either broker.

In databases of this run's own, by the project's relay, actors and handlers in a worker process of its own. When a fact
has been heard PostgreSQL says itself, with the commit of its inbox row (NOTIFY by a trigger).
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pika
import psycopg
from msgspec import Struct
from uuid_utils.compat import uuid7

from bench.listener import HEARING, TELLING
from bench.platform import NotThere, environment
from bench.report import Conditions, Row, at_least, at_most, not_measured
from bench.run import Run
from infra.production.virtual_host import is_there, make
from infra.roles import make_database
from infra.supervising.child import ROOT
from libs.config import Settings, read_settings
from libs.contracts.events import SpeakerChanged
from libs.db.migrating import migrate
from libs.db.tenancy import Sessions, connect, unit_of_work
from libs.messaging.outbox import publish

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"
MOST_AT_100, MOST_AFTER_IDLE, LEAST_BACKLOG = 50.0, 100.0, 5_000.0
BACKLOG, A_SECOND = 5_000, 100
_PATIENCE = 60.0  # seconds
_IDLE = 1.2  # seconds between facts
_BACKLOGS = 3
_NOISY = 1.3

_TELLS = f"""
    CREATE FUNCTION {HEARING}.bench_heard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_notify('bench_heard', (SELECT count(*) FROM new_rows)::text); RETURN NULL; END $$;
    CREATE TRIGGER bench_heard AFTER INSERT ON {HEARING}.inbox REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION {HEARING}.bench_heard();
"""  # noqa: S608 (names of ours)
_BALANCE = f"""
    SELECT (SELECT count(*) FROM {TELLING}.outbox WHERE sent_at IS NOT NULL), (SELECT count(*) FROM {TELLING}.outbox),
           (SELECT count(*) FROM {HEARING}.inbox), (SELECT count(*) FROM {HEARING}.known_speaker)
"""  # noqa: S608 (names of ours)


class OutOfBalance(Exception):
    """What was told is not what was heard: no figure of such a run counts."""


class Road(Struct, frozen=True, kw_only=True):
    """Where facts are told and heard; `counts` has how many each commit of the inbox brought, and when."""

    sessions: Sessions
    tenant_id: UUID
    edition_id: UUID
    counts: asyncio.Queue[tuple[int, float]]

    async def tell(self, number: int = 1) -> float:
        """Commit so many facts; return when that began."""
        begun = time.perf_counter()
        async with unit_of_work(self.sessions, self.tenant_id) as session:
            for _ in range(number):
                publish(session, self._fact(), datetime.now(UTC))
        return begun

    async def heard(self, number: int) -> float:
        """Return when as many more facts have been heard."""
        missing, at = number, 0.0
        async with asyncio.timeout(_PATIENCE):
            while missing > 0:
                count, at = await self.counts.get()
                missing -= count
        return at

    def _fact(self) -> SpeakerChanged:
        return SpeakerChanged(
            tenant_id=self.tenant_id,
            id=uuid7(),
            version=1,
            person_id=uuid7(),
            edition_id=self.edition_id,
            panel_id=self.edition_id,
            seat_id=None,
            seat_role="speaker",
            name="Amina Benali",
            title={"fr": "Directrice générale", "ar": "المديرة العامة", "en": "Chief executive"},
            organisation={"fr": "Fédération du textile", "ar": "فيدرالية النسيج", "en": "Textile federation"},
            availability=(),
            confirmed=True,
        )


async def measure(run: Run) -> list[Row]:
    """Measure on PostgreSQL's broker, and on RabbitMQ where one answers."""
    rows = await _measure_on(run, "PostgreSQL", "")
    with _virtual_host() as address:
        if not address:
            return [*rows, not_measured("facts by RabbitMQ", f"none answers at {urlsplit(RABBITMQ).netloc}")]
        return rows + await _measure_on(run, "RabbitMQ", address)


async def _measure_on(run: Run, name: str, broker: str) -> list[Row]:
    settings = _prepare(run, f"bench_{name.lower()}", broker)
    with _listening(settings):
        async with _open_road(settings) as road:
            await road.tell(100)
            await road.heard(100)
            steady = await _steady(road, 1 if run.quick else 5)
            idle = [await _one(road) for _ in range(2 if run.quick else 10)]
            rates = [await _backlog(road) for _ in range(1 if run.quick else _BACKLOGS)]
    _check_balance(run, settings)
    noisy = Conditions(noisy=max(rates) / min(rates) > _NOISY)
    run.say(f"facts by {name}: backlogs {', '.join(f'{rate:,.0f}' for rate in rates)}/s")
    p99 = sorted(steady)[int(0.99 * len(steady))]
    return [
        at_most(f"fact to inbox by {name}, {A_SECOND}/s: p99", 1000 * p99, MOST_AT_100, "ms"),
        at_most(f"fact to inbox by {name}, after idle: slowest", 1000 * max(idle), MOST_AFTER_IDLE, "ms"),
        at_least(f"backlog of {BACKLOG:,} by {name}", median(rates), LEAST_BACKLOG, "facts/s", noisy),
    ]


async def _steady(road: Road, seconds: int) -> list[float]:
    """Tell facts at an even pace; return how long each took, in the order in which they were told and heard."""
    number = seconds * A_SECOND
    told: list[float] = []

    async def tell() -> None:
        begun = time.perf_counter()
        for place in range(number):
            await asyncio.sleep(begun + place / A_SECOND - time.perf_counter())
            told.append(await road.tell())

    telling = asyncio.create_task(tell())
    heard: list[float] = []
    async with asyncio.timeout(_PATIENCE):
        while len(heard) < number:
            count, at = await road.counts.get()
            heard += [at] * count
    await telling
    return [later - earlier for earlier, later in zip(told, heard, strict=True)]


async def _one(road: Road) -> float:
    await asyncio.sleep(_IDLE)
    told = await road.tell()
    return await road.heard(1) - told


async def _backlog(road: Road) -> float:
    """Return how many facts a second are heard of many that are there at once."""
    await road.tell(BACKLOG)
    begun = time.perf_counter()
    return BACKLOG / (await road.heard(BACKLOG) - begun)


def _prepare(run: Run, database: str, broker: str) -> Settings:
    """Make a database of its own beside the platform's."""
    superuser = run.platform.superuser_address
    make_database(superuser, database)
    server = urlsplit(superuser)
    address = f"postgresql://{server.netloc.rpartition('@')[2]}/{database}?{server.query}"
    given = {"MOUSSEM_DATABASE_URL": address, "MOUSSEM_KEY": "a" * 43 + "="}
    settings = read_settings({**given, "MOUSSEM_BROKER_URL": broker} if broker else given)
    migrate(settings)
    with psycopg.connect(superuser, dbname=database) as connection:
        connection.execute(_TELLS.encode())
    return settings


@contextmanager
def _listening(settings: Settings) -> Iterator[None]:
    environ = environment(
        MOUSSEM_DATABASE_URL=settings.database_url,
        MOUSSEM_BROKER_URL=settings.broker_url,
        MOUSSEM_KEY="a" * 43 + "=",
        MOUSSEM_LOG="warning",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.listener"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if (process.stdout.readline() if process.stdout else "") != "ready\n":
            raise NotThere("the listener does not start")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE)


@asynccontextmanager
async def _open_road(settings: Settings) -> AsyncIterator[Road]:
    engine, sessions = connect(settings, TELLING, connections=2)
    patient = {"idle_session_timeout": "0"}  # who listens asks nothing
    listening = await asyncpg.connect(settings.address(HEARING, driver="postgresql"), server_settings=patient)
    counts: asyncio.Queue[tuple[int, float]] = asyncio.Queue()

    def hear(_connection: Any, _pid: int, _channel: str, count: object) -> None:
        counts.put_nowait((int(str(count)), time.perf_counter()))

    await listening.add_listener("bench_heard", hear)
    yield Road(sessions=sessions, tenant_id=uuid7(), edition_id=uuid7(), counts=counts)
    await listening.close()
    await engine.dispose()


def _check_balance(run: Run, settings: Settings) -> None:
    database = urlsplit(settings.database_url).path[1:]
    with psycopg.connect(run.platform.superuser_address, dbname=database) as connection:
        counts = connection.execute(_BALANCE.encode()).fetchone() or ()
    if len(set(counts)) != 1:
        raise OutOfBalance(f"sent, told, inbox, projection: {counts}")


@contextmanager
def _virtual_host() -> Iterator[str]:
    """Yield the address of a virtual host of this run's own; nothing where no RabbitMQ answers."""
    address = f"{RABBITMQ}/moussem-bench-{os.getpid()}"
    try:
        there = is_there(address)
    except pika.exceptions.AMQPConnectionError:
        yield ""
        return
    if not there:
        make(address)
    try:
        yield address
    finally:
        subprocess.run(["rabbitmqctl", "-q", "delete_vhost", address.rpartition("/")[2]], check=False)  # noqa: S603, S607 (a name of our own)
