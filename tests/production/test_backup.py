"""Backup and restore on servers of their own: another PostgreSQL, a service with a database apart, another broker."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from infra.database import prepare
from libs.config import KEY_BYTES, read_settings
from libs.db.tenancy import connect, unit_of_work
from libs.messaging.outbox import publish
from libs.messaging.relay import relay_connection
from tests.days import Day
from tests.infra.instance import command, environ_of
from tests.messaging.facts import NOW, fact
from tests.production.servers import POSTGRESQL, need


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """Yield the names of four databases that are dropped after: two to back up, two to restore into."""
    need("PostgreSQL")
    names = [f"moussem_{what}_{os.getpid()}" for what in ("kept", "kept_apart", "again", "again_apart")]
    yield names
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        for name in names:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def environ_on(data: Path, database: str, apart: str) -> dict[str, str]:
    """Return the settings of a platform whose outreach has a database of its own."""
    return environ_of(
        data,
        MOUSSEM_DATABASE_URL=f"postgresql://127.0.0.1:5432/{database}",
        MOUSSEM_OUTREACH_DATABASE_URL=f"postgresql://127.0.0.1:5432/{apart}",
        MOUSSEM_BROKER_URL="amqp://guest:guest@127.0.0.1:5672/nowhere",
        MOUSSEM_KEY=base64.b64encode(b"k" * KEY_BYTES).decode(),
    )


async def test_two_databases_are_restored_and_what_the_queues_held_is_sent_again(
    databases: list[str], tmp_path: Path
) -> None:
    environ = environ_on(tmp_path, databases[0], databases[1])
    settings = read_settings(environ)
    prepare(settings, POSTGRESQL, "")
    day = Day()
    engine, sessions = connect(settings, "outreach", connections=1)
    async with unit_of_work(sessions, day.id) as session:
        publish(session, fact(day.id), NOW)
    await engine.dispose()
    with relay_connection(settings, "outreach") as relay:
        relay.execute("UPDATE outbox SET sent_at = now()")  # it lies on a queue that nobody backs up

    folder = tmp_path / "backup"
    done = command(environ, "backup", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "the key (MOUSSEM_KEY) is not in it" in done.stdout
    assert sorted(each.name for each in folder.glob("*.dump")) == ["moussem.dump", "outreach.dump"]

    again = environ_on(tmp_path, databases[2], databases[3])
    refused = command(again, "restore", str(folder))
    assert refused.stderr == "moussem: MOUSSEM_SUPERUSER_URL is missing: a restore makes the roles, as a superuser\n"
    again["MOUSSEM_SUPERUSER_URL"] = POSTGRESQL
    done = command(again, "restore", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "outreach: " in done.stdout
    assert "facts to be sent again, since no queue is in the backup: 1" in done.stdout
    with relay_connection(read_settings(again), "outreach") as relay:
        assert relay.execute("SELECT tenant_id FROM outbox WHERE sent_at IS NULL").fetchall() == [{"tenant_id": day.id}]

    there = command(again, "restore", str(folder))
    assert "already: restore into an empty one" in there.stderr


def test_a_backup_of_servers_is_tried_in_a_data_folder(databases: list[str], tmp_path: Path) -> None:
    """A rehearsal needs no second server."""
    environ = environ_on(tmp_path, databases[0], databases[0])
    prepare(read_settings(environ), POSTGRESQL, "")
    folder = tmp_path / "backup"
    assert command(environ, "backup", str(folder)).returncode == 0

    rehearsal = environ_of(tmp_path / "rehearsal", MOUSSEM_KEY=environ["MOUSSEM_KEY"])
    done = command(rehearsal, "restore", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "all as they were" in done.stdout
