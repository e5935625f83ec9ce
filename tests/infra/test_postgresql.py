import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from infra.embedded.postgresql import Cluster, prepare, running
from infra.supervising.ties import NotStarted


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


def count_rows(cluster: Cluster) -> int:
    with psycopg.connect(cluster.superuser_address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS start (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO start DEFAULT VALUES")
        return len(connection.execute("SELECT at FROM start").fetchall())


def test_what_was_written_is_there_after_a_restart(data: Path) -> None:
    for start in (1, 2):
        cluster = prepare(data)
        with running(cluster):
            assert count_rows(cluster) == start


def test_only_its_owner_reaches_the_server(data: Path) -> None:
    cluster = prepare(data)
    with running(cluster), psycopg.connect(cluster.superuser_address) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert stat.S_IMODE(cluster.socket_folder.stat().st_mode) == 0o700


def test_folds_and_sorts_without_a_locale_of_the_system(data: Path) -> None:
    cluster = prepare(data)
    with running(cluster), psycopg.connect(cluster.superuser_address) as connection:
        assert connection.execute("SELECT lower('ÉLAN'), datcollate FROM pg_database").fetchone() == ("élan", "C")


def test_a_set_up_that_was_interrupted_is_begun_anew(data: Path) -> None:
    half = data / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    cluster = prepare(data)
    with running(cluster):
        assert count_rows(cluster) == 1
    assert not half.exists()


def test_a_folder_too_deep_for_a_socket_gets_a_short_one_of_its_own(data: Path) -> None:
    deep = data / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    cluster = prepare(deep)
    assert cluster.socket_folder == prepare(deep).socket_folder, "the same at each start"
    with running(cluster):
        assert count_rows(cluster) == 1
    cluster.socket_folder.rmdir()


def test_a_short_folder_that_somebody_else_made_is_refused(data: Path) -> None:
    deep = data / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    folder = prepare(deep).socket_folder
    folder.chmod(0o755)
    with pytest.raises(NotStarted, match=f"{folder} must be a folder of your own"):
        prepare(deep)
    folder.rmdir()


def test_the_number_of_a_dead_server_is_another_programs_by_now(data: Path) -> None:
    cluster = prepare(data)
    with subprocess.Popen(["sleep", "60"]) as another:  # noqa: S607 (of the system)
        (cluster.folder / "postmaster.pid").write_text(f"{another.pid}\n{cluster.folder}\n0\n5432\n")
        with running(prepare(data)):
            assert count_rows(cluster) == 1
        another.kill()


def test_the_server_ends_with_whoever_started_it_even_by_kill_9(data: Path) -> None:
    cluster = prepare(data)
    starter = f"""
import pathlib, time
from infra.embedded.postgresql import prepare, running
with running(prepare(pathlib.Path({str(data)!r}))):
    print("up", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        server = int((cluster.folder / "postmaster.pid").read_text().split("\n")[0])
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(f"/proc/{server}/cmdline").exists() and time.monotonic() < until:
        time.sleep(0.02)
    with running(prepare(data)):
        assert count_rows(cluster) == 1


def test_files_of_another_major_version_are_refused_with_what_to_do(data: Path) -> None:
    cluster = prepare(data)
    (cluster.folder / "PG_VERSION").write_text("17\n")
    with pytest.raises(NotStarted, match="was made by PostgreSQL 17, and this Moussem brings 18: back it up with"):
        prepare(data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can forbid user namespaces")
def test_root_runs_it_where_user_namespaces_are_forbidden(data: Path) -> None:
    """As in a plain container: in folders that only root enters."""
    data.chmod(0o700)
    start = f"""
import pathlib, psycopg
from infra.embedded.postgresql import prepare, running
for _ in range(2):
    cluster = prepare(pathlib.Path({str(data)!r}))
    with running(cluster):
        print(psycopg.connect(cluster.superuser_address).execute("SELECT 'answers'").fetchone()[0])
"""
    forbidding = Path(__file__).with_name("without_namespaces.py")
    done = subprocess.run(
        [sys.executable, forbidding, sys.executable, "-c", start], check=True, capture_output=True, text=True
    )
    assert done.stdout == "answers\nanswers\n"
    assert (data / "pg").stat().st_uid != 0
