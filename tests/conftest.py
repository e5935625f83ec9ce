"""One PostgreSQL for the whole run, as in the house: one database, a schema and roles per service."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import hypothesis
import psycopg
import pytest
from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.embedded import postgresql
from infra.roles import make_database
from libs.config import KEY_BYTES, SERVICES, Settings, read_settings
from libs.db.migrating import migrate
from libs.db.tenancy import Sessions, connect
from libs.identity import Principal
from libs.observability.logs import configure_logs
from libs.resources import Application, Resources
from libs.web.peers import Peers
from tests.issuing import ISSUER, Issuer
from tests.production.pooled import pooled

pytest_plugins = ["tests.browser.chromium", "tests.browser.demonstration"]

hypothesis.settings.register_profile("moussem", deadline=None)  # a busy machine is no fault of the rule
hypothesis.settings.load_profile("moussem")
configure_logs()

GIVEN = "MOUSSEM_TEST_POSTGRESQL"  # a superuser's address, to test on a PostgreSQL that runs already
POOLED = "MOUSSEM_TEST_POOLED"  # a folder, to test behind a PgBouncer that has its files there


@pytest.fixture(scope="session")
def superuser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a PostgreSQL in which the run may do everything."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    cluster = postgresql.prepare(tmp_path_factory.mktemp("postgresql"))
    with postgresql.running(cluster, {"fsync": "off"}):
        yield cluster.superuser_address


@contextmanager
def database(superuser: str, name: str) -> Iterator[str]:
    """Yield the address of a database with all roles and no table yet, as MOUSSEM_DATABASE_URL has it."""
    made = f"moussem_{name}_{os.getpid()}"
    make_database(superuser, made)
    server = urlsplit(superuser)
    yield f"postgresql://{server.netloc.rpartition('@')[2]}/{made}?{server.query}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {made} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres(superuser: str) -> Iterator[str]:
    """Yield the address of the run's database, before any migration."""
    with database(superuser, "test") as address:
        yield address


def settings_of(address: str) -> Settings:
    """Return the settings of a platform without broker or mail server of its own, on a database."""
    key = base64.b64encode(b"k" * KEY_BYTES).decode()
    return read_settings({"MOUSSEM_DATABASE_URL": address, "MOUSSEM_KEY": key})


@pytest.fixture(scope="session")
def settings(postgres: str) -> Iterator[Settings]:
    """Yield the settings of the run's platform, migrated."""
    settings = settings_of(postgres)
    migrate(settings)
    if not (folder := os.environ.get(POOLED)):
        yield settings
        return
    with pooled(Path(folder), postgres, pool=4) as address:
        yield structs.replace(settings, database_url=address)


@pytest.fixture
def untouched(superuser: str) -> Iterator[Settings]:
    """Yield the settings of a platform of this test alone: migrated, and nothing else has happened in it."""
    with database(superuser, "untouched") as address:
        settings = settings_of(address)
        migrate(settings)
        yield settings


@pytest.fixture(scope="session")
async def sessions_of(settings: Settings) -> AsyncIterator[Callable[[str], Sessions]]:
    """Yield what opens a service's pool, as its own role, once in the run."""
    opened: dict[str, tuple[AsyncEngine, Sessions]] = {}

    def sessions(service: str) -> Sessions:
        if service not in opened:
            opened[service] = connect(settings, service, connections=10)
        return opened[service][1]

    yield sessions
    for engine, _ in opened.values():
        await engine.dispose()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="session")
async def app_of(settings: Settings, issuer: Issuer) -> AsyncIterator[Callable[[str], Application]]:
    """Yield what opens a service's own HTTP application, once in the run."""
    apps: dict[str, Application] = {}
    stop = asyncio.Event()

    async def live(app: Application, alive: asyncio.Event) -> None:
        """Enter and leave the lifespan in one task: a fixture's two halves run in two."""
        async with app.lifespan():
            alive.set()
            await stop.wait()

    lives = []
    for service in SERVICES:
        if find_spec(f"services.{service}.app"):
            resources = Resources(settings, Peers(ISSUER), issuer.verifier())
            apps[service] = import_module(f"services.{service}.app").create(resources)
            alive = asyncio.Event()
            lives.append(asyncio.create_task(live(apps[service], alive)))
            await alive.wait()
    yield apps.__getitem__
    stop.set()
    await asyncio.gather(*lives)


@pytest.fixture(scope="session")
async def client_of(
    app_of: Callable[[str], Application], issuer: Issuer
) -> AsyncIterator[Callable[..., httpx2.AsyncClient]]:
    """Yield what makes a client of one service: `client_of("editions", principal)`; without principal, the public's."""
    clients: list[httpx2.AsyncClient] = []

    def client(service: str, principal: Principal | None = None, **claims: object) -> httpx2.AsyncClient:
        app: Any = app_of(service)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {issuer.token(principal, **claims)}"} if principal else {}
        clients.append(httpx2.AsyncClient(transport=transport, base_url=ISSUER, headers=headers))
        return clients[-1]

    yield client
    for each in clients:
        await each.aclose()
