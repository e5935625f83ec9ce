"""One PostgreSQL for the whole run, as in the house: one database, a schema and roles per service."""

import base64
import os
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.embedded import postgresql
from infra.embedded.roles import make_database
from libs.config import KEY_BYTES, Settings, read_settings
from libs.db.migrating import migrate
from libs.db.tenancy import Sessions, connect

GIVEN = "MOUSSEM_TEST_POSTGRESQL"  # a superuser's address, to test on a PostgreSQL that runs already


@pytest.fixture(scope="session")
def superuser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a PostgreSQL in which the run may do everything."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    cluster = postgresql.prepare(tmp_path_factory.mktemp("postgresql"))
    with postgresql.running(cluster, {"fsync": "off"}):
        yield cluster.superuser_address


@pytest.fixture(scope="session")
def postgres(superuser: str) -> Iterator[str]:
    """Yield the address of a database with all roles and no table yet, as MOUSSEM_DATABASE_URL has it."""
    database = f"moussem_test_{os.getpid()}"
    make_database(superuser, database)
    server = urlsplit(superuser)
    yield f"postgresql://{server.netloc.rpartition('@')[2]}/{database}?{server.query}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="session")
def settings(postgres: str) -> Settings:
    """Return the settings of a migrated platform without broker or mail server of its own."""
    key = base64.b64encode(b"k" * KEY_BYTES).decode()
    settings = read_settings({"MOUSSEM_DATABASE_URL": postgres, "MOUSSEM_KEY": key})
    migrate(settings)
    return settings


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
