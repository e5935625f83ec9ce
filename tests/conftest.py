"""One PostgreSQL for the whole run, as in the house: one database, a schema and roles per service."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from infra.embedded import postgresql
from infra.embedded.roles import make_database

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
