"""A backup is tried by restoring it into a second place: everything is there, and goes on."""

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString

import msgspec
import psycopg
import pytest

from infra.backups.contents import differences, read_contents
from infra.backups.manifest import read_manifest, write_manifest
from infra.backups.restoring import restore
from infra.backups.taking import take
from infra.embedded.postgresql import Cluster, prepare, running
from infra.roles import make_database
from infra.supervising.ties import NotStarted
from libs.config import KEY_BYTES, Settings, read_settings
from libs.db.migrating import migrate
from libs.db.tenancy import connect, unit_of_work
from libs.messaging.brokers import open_broker
from libs.messaging.outbox import publish
from libs.messaging.relay import drain, relay_connection
from tests.days import Day
from tests.infra.instance import Instance, command, environ_of
from tests.infra.test_command_line import DAY
from tests.messaging.facts import NOW, fact

FACTS = 5
_QUEUED: LiteralString = "SELECT count(*) FROM broker.queue WHERE message::text LIKE %s"


class Place:
    """A PostgreSQL of our own; `settings` are those of a platform on it."""

    def __init__(self, data: Path, key: bytes = b"k") -> None:
        self.cluster: Cluster = prepare(data)
        key_text = base64.b64encode(key * KEY_BYTES).decode()
        self.settings: Settings = read_settings({"MOUSSEM_DATABASE_URL": self.cluster.address, "MOUSSEM_KEY": key_text})

    def restore(self, folder: Path) -> list[str]:
        said: list[str] = []
        restore(self.settings, self.cluster.superuser_address, {}, folder, said.append)
        return said

    def inspect(self) -> psycopg.Connection:
        return psycopg.connect(self.settings.address("inspector", driver="postgresql"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("first"))
    with running(place.cluster, {"fsync": "off"}):
        make_database(place.cluster.superuser_address)
        migrate(place.settings)
        yield place


@pytest.fixture(scope="module")
async def day(first: Place) -> Day:
    """A day that has told some facts which no relay has sent yet."""
    day = Day()
    engine, sessions = connect(first.settings, "outreach", connections=1)
    await day.make_known(sessions)
    async with unit_of_work(sessions, day.id) as session:
        for _ in range(FACTS):
            publish(session, fact(day.id), NOW)
    await engine.dispose()
    return day


@pytest.fixture(scope="module")
def backup(first: Place, day: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert day.slug
    folder = tmp_path_factory.mktemp("backups") / "monday"
    take(first.settings, {}, folder.parent, folder, datetime.now(UTC), lambda _: None)
    return folder


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    with running(place.cluster, {"fsync": "off"}):
        yield place


async def test_what_was_not_sent_yet_is_sent_by_the_restored_platform(backup: Path, second: Place, day: Day) -> None:
    assert second.restore(backup)[0].endswith("all as they were")

    with second.inspect() as connection:
        found = connection.execute("SELECT count(*), max(pos) FROM outreach.outbox WHERE sent_at IS NULL").fetchone()
        assert found is not None
        waiting, last = found
    assert waiting == FACTS
    broker = open_broker(second.settings)
    with relay_connection(second.settings, "outreach") as relay:
        assert drain(relay, broker) == FACTS
    broker.close()
    with second.inspect() as connection:
        assert connection.execute(_QUEUED, (f"%{day.id}%",)).fetchone() == (1,), "in one message"

    engine, sessions = connect(second.settings, "outreach", connections=1)
    async with unit_of_work(sessions, day.id) as session:
        publish(session, fact(day.id), NOW)
    await engine.dispose()
    with second.inspect() as connection:
        newest = connection.execute("SELECT max(pos) FROM outreach.outbox").fetchone()
    assert newest is not None
    assert newest[0] > last, "the sequence goes on where it stood"


def test_each_table_sequence_policy_and_right_is_compared(backup: Path, second: Place) -> None:
    second.restore(backup)
    expected = read_manifest(backup).dumps[0].contents
    assert len(expected.tables) > 80
    with second.inspect() as connection:
        assert list(differences(expected, read_contents(connection))) == []

    changes: list[tuple[LiteralString, str]] = [
        ("DELETE FROM outreach.outbox WHERE pos = 1", "outreach.outbox has 4 rows, not 5."),
        ("UPDATE outreach.outbox SET actor = 'x' WHERE pos = 2", "outreach.outbox has other rows than it had."),
        ("DROP TABLE outreach.letter", "The table outreach.letter is missing."),
        ("CREATE TABLE public.new ()", "The table public.new was not there."),
        ("SELECT setval('outreach.outbox_pos_seq', 1)", "The sequence outreach.outbox_pos_seq stands at 1, not at 5."),
        (
            "ALTER TABLE editions.edition NO FORCE ROW LEVEL SECURITY",
            "This is missing: editions.edition forces its policies.",
        ),
        (
            "DROP POLICY tenant ON editions.edition",
            "This is missing: editions.edition has the policy tenant for ALL to {public}.",
        ),
        (
            "GRANT DELETE ON editions.journal TO editions",
            "This was not so: editions.journal: editions may DELETE.",
        ),
        ("ALTER TABLE editions.panel OWNER TO editions", "This is missing: editions.panel belongs to migrator."),
        ("DROP TRIGGER wakes_relay ON portal.outbox", "This is missing: portal.outbox fires wakes_relay."),
    ]
    with psycopg.connect(second.cluster.superuser_address, dbname="moussem") as superuser:
        for statement, said in changes:
            with superuser.transaction(force_rollback=True):
                superuser.execute(statement)
                assert said in set(differences(expected, read_contents(superuser))), statement


def test_a_backup_is_of_one_moment_whatever_is_written_meanwhile(first: Place, second: Place, tmp_path: Path) -> None:
    """The dump and what is noted of it see the same rows."""
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        with psycopg.connect(first.cluster.superuser_address, dbname="moussem", autocommit=True) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO outreach.worker VALUES (gen_random_uuid(), now())")
                begun.set()

    writing = threading.Thread(target=write)
    writing.start()
    begun.wait()
    try:
        take(first.settings, {}, tmp_path, tmp_path / "tuesday", datetime.now(UTC), lambda _: None)
    finally:
        stop.set()
        writing.join()
    assert second.restore(tmp_path / "tuesday")


def test_nothing_is_written_over(backup: Path, second: Place) -> None:
    second.restore(backup)
    with pytest.raises(NotStarted, match=r"The database moussem holds editions, identity, .* already"):
        second.restore(backup)


def test_half_a_restore_is_none(backup: Path, second: Place, tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    write_manifest(half, read_manifest(backup))
    whole = (backup / "moussem.dump").read_bytes()
    (half / "moussem.dump").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotStarted, match="The backup cannot be restored"):
        second.restore(half)
    assert second.restore(backup)


def test_rows_that_are_not_as_the_manifest_says_are_told(backup: Path, second: Place, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    said = (backup / "manifest.json").read_text()
    (other / "manifest.json").write_text(said.replace('"rows": 5', '"rows": 6'))
    (other / "moussem.dump").write_bytes((backup / "moussem.dump").read_bytes())
    with pytest.raises(NotStarted, match=r"not as it was. outreach.outbox has 5 rows, not 6."):
        second.restore(other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "of another deployment"}, "MOUSSEM_KEY is not the key that this backup was made with"),
        ({"services": ["editions"]}, "spread over databases in another way"),
        ({"revisions": {"editions": "9999"}}, r"of a newer Moussem than this one \(editions 9999\)"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused_before_anything_is_written(
    backup: Path, first: Place, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    manifest = read_manifest(backup)
    if "key" in change:
        manifest = msgspec.structs.replace(manifest, **change)
    else:
        manifest = msgspec.structs.replace(manifest, dumps=[msgspec.structs.replace(manifest.dumps[0], **change)])
    other = tmp_path / "other"
    other.mkdir()
    write_manifest(other, manifest)
    (other / "moussem.dump").touch()
    with pytest.raises(NotStarted, match=said):
        first.restore(other)


def test_an_operator_backs_up_what_runs_and_starts_it_elsewhere(instance: Instance, tmp_path: Path) -> None:
    """With nothing but the two commands; the link that was sent before works after."""
    made = command(instance.environ, "tenant", "create", "foire", "--name", "fr=Foire", *DAY).stdout
    link = made.split()[-1].removeprefix(instance.base_url)
    folder = tmp_path / "backup"
    done = command(instance.environ, "backup", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    again = command(instance.environ, "backup", str(folder))
    assert again.stderr == f"moussem: {folder} is there already: name a folder that is not.\n"
    onto = command(instance.environ, "restore", str(folder))
    assert onto.stderr.startswith(f"moussem: There is an instance in {instance.data}: choose another folder")

    elsewhere = environ_of(data := tmp_path / "elsewhere")
    done = command(elsewhere, "restore", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "all as they were" in done.stdout
    assert command(elsewhere, "backup", str(tmp_path / "of what does not run")).returncode == 0
    with Instance(data) as restored:
        restored.says("ready: ")
        assert restored.answers("/readyz")
        assert restored.answers("/api/v1/foire")
        assert restored.answers(link)


def test_a_folder_that_is_no_backup_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    elsewhere = environ_of(data := tmp_path / "elsewhere")
    done = command(elsewhere, "restore", str(tmp_path))
    assert done.stderr == f"moussem: {tmp_path} is no backup: it has no manifest.json.\n"
    assert not data.exists()
