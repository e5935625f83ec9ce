"""A worker that finds no database, or loses it, says so once and goes on by itself as soon as it is there."""

import base64
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from infra.embedded.postgresql import Cluster, prepare, running
from infra.mailbox.sink import mail_sink
from infra.roles import make_database
from infra.supervising.child import ROOT
from infra.supervising.ties import as_child
from libs.config import KEY_BYTES, Settings, read_settings
from libs.contracts.events import LetterRequested
from libs.db.migrating import migrate
from libs.db.tenancy import connect, unit_of_work
from libs.messaging.outbox import publish
from libs.sealing import seal
from services.outreach.letters.models import Letter
from tests.days import Day
from tests.messaging.facts import NOW, until


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Return a PostgreSQL of our own with all schemas, that does not run."""
    cluster = prepare(tmp_path_factory.mktemp("postgresql"))
    with running(cluster):
        make_database(cluster.superuser_address)
        migrate(read_settings(environ_of(cluster, "smtp://127.0.0.1:1")))
    return cluster


def environ_of(cluster: Cluster, smtp_url: str) -> dict[str, str]:
    key = base64.b64encode(b"k" * KEY_BYTES).decode()
    return {"MOUSSEM_DATABASE_URL": cluster.address, "MOUSSEM_KEY": key, "MOUSSEM_SMTP_URL": smtp_url}


@contextmanager
def working(environ: dict[str, str], log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "infra.worker"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=output, stderr=output, **as_child(signal.SIGKILL)
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(60) == 0


async def a_letter_goes_out(settings: Settings) -> None:
    day, letter_id = Day(), uuid7()
    engine, sessions = connect(settings, "outreach", connections=2)

    async def is_sent() -> bool:
        async with unit_of_work(sessions, day.id) as session:
            letter = await session.get(Letter, (day.id, letter_id))
            return letter is not None and letter.state == "sent"

    await day.make_known(sessions)
    letter = LetterRequested(
        tenant_id=day.id,
        id=letter_id,
        version=1,
        template="sign-in",
        language="fr",
        recipient="person@fed.example",
        fields={"minutes": "15"},
        sealed_link=seal(settings.key, "letter", "https://day.example/sign-in/1"),
    )
    async with unit_of_work(sessions, day.id) as session:
        publish(session, letter, NOW)
    await until(is_sent)
    await engine.dispose()


async def test_the_work_goes_on_by_itself_when_the_database_is_there(cluster: Cluster, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"

    async def has_said(words: str, times: int) -> bool:
        return log.read_text().count(words) >= times

    async with mail_sink(tmp_path / "mail") as smtp_url:
        environ = environ_of(cluster, smtp_url)
        with working(environ, log):
            await until(lambda: has_said("what the relay needs is away", 1))
            with running(cluster):
                await a_letter_goes_out(read_settings(environ))
            await until(lambda: has_said("what the relay needs is away", 2))
            with running(cluster):
                await a_letter_goes_out(read_settings(environ))
    said = log.read_text()
    assert said.count("what the relay needs is back") == 2
    assert said.count("error connecting in 'pool-") == 1, "the tries in between are not said"
