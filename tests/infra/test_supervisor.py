import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from infra.embedded.postgresql import Cluster
from infra.supervising.child import ROOT
from libs.config import as_role
from tests.infra.instance import WAITS, Instance, free_port, gone

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")


def misses(instance: Instance, what: str) -> bool:
    """Ask until `what` is missing; return whether that came true."""
    until = time.monotonic() + WAITS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{instance.base_url}/readyz", timeout=10).close()  # noqa: S310 (our own address)
        except urllib.error.HTTPError as answer:
            with answer:
                if what in json.load(answer)["missing"]:
                    return True
    return False


@pytest.mark.parametrize("part", ["web", "worker", "PostgreSQL"])
def test_a_part_that_is_killed_is_started_again(instance: Instance, part: str) -> None:
    killed = instance.children()[part]
    os.kill(killed, signal.SIGKILL)

    assert "by SIGKILL" in instance.says(f"{part} ended")
    instance.says(f"{part} is ready again")
    assert instance.children()[part] != killed
    assert instance.answers("/readyz")


def test_a_second_instance_on_the_same_data_is_refused_in_one_sentence(instance: Instance) -> None:
    code, said = Instance(instance.data).ends()
    assert code == 1
    assert said == (
        f"moussem: The data folder {instance.data} is in use by another instance (process {instance.process.pid}): "
        "stop it, or choose another folder with MOUSSEM_DATA.\n"
    )


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        code, said = Instance(tmp_path, MOUSSEM_PORT=str(port)).ends()
    assert code == 1
    assert said == (
        f"moussem: Port {port} cannot be used (Address already in use): "
        "stop what uses it, or choose another with MOUSSEM_PORT.\n"
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MOUSSEM_PORT", "eight"),
        ("MOUSSEM_PORT", "70000"),
        ("MOUSSEM_KEY", "short"),
        ("MOUSSEM_BASE_URL", "localhost:8000"),
        ("MOUSSEM_SMTP_URL", "http://127.0.0.1"),
        ("MOUSSEM_DATABASE_URL", "postgresql:///another"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name_before_anything_is_written(
    tmp_path: Path, variable: str, value: str
) -> None:
    data = tmp_path / "data"
    code, said = Instance(data, **{variable: value}).ends()
    assert code == 1
    assert said.startswith(f"moussem: {variable} ")
    assert said.count("\n") == 1
    assert not data.exists()


def test_ctrl_c_stops_every_part_and_the_next_start_finds_what_was_done(tmp_path: Path) -> None:
    address = as_role(Cluster.of(tmp_path).address, "migrator")
    with Instance(tmp_path) as first:
        first.says("ready: ")
        assert first.answers("/readyz")
        assert set(first.children()) == {"PostgreSQL", "web", "worker"}
        with psycopg.connect(address) as connection:
            connection.execute("CREATE SCHEMA kept CREATE TABLE thing ()")
        parts = first.descendants()
        first.process.send_signal(signal.SIGINT)
        assert first.ends() == (0, "")
        assert gone(parts)

    key = (tmp_path / "key").read_text()
    with Instance(tmp_path) as second:
        second.says("ready: ")
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) FROM kept.thing").fetchone() == (0,)
        assert (tmp_path / "key").read_text() == key


@pytest.mark.parametrize("moment", ["PostgreSQL is ready", "the database is up to date", "web is ready"])
def test_ctrl_c_in_the_middle_of_the_start_stops_every_part(tmp_path: Path, moment: str) -> None:
    with Instance(tmp_path) as instance:
        instance.says(moment)
        parts = instance.descendants()
        instance.process.send_signal(signal.SIGINT)
        assert instance.ends() == (0, "")
        assert gone(parts)


def test_no_part_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with Instance(tmp_path) as instance:
        instance.says("ready: ")
        parts = instance.descendants()
        instance.process.send_signal(signal.SIGKILL)
        assert gone(parts)
    with Instance(tmp_path, MOUSSEM_PORT=instance.port) as next_start:
        next_start.says("ready: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk that is small")
def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path) -> None:
    mounted = f"mount -t tmpfs -o size=20m none {tmp_path} && exec {sys.executable} -m infra demo --empty"
    environ = {**os.environ, "MOUSSEM_DATA": str(tmp_path / "data"), "MOUSSEM_PORT": str(free_port())}
    done = subprocess.run(
        ["/usr/bin/unshare", "--mount", "sh", "-c", mounted],
        cwd=ROOT,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    if "unshare failed" in done.stderr or "mount:" in done.stderr:
        pytest.skip("nothing can be mounted here")
    assert done.returncode == 1
    assert done.stderr == f"moussem: The disk of {tmp_path}/data is full: 19 MB are free, 200 MB are needed.\n"


def test_all_parts_together_stay_within_the_memory_of_a_small_machine(instance: Instance) -> None:
    parts = [instance.process.pid, *instance.descendants()]
    resident = sum(int(Path(f"/proc/{part}/statm").read_text().split()[1]) for part in parts) * os.sysconf(
        "SC_PAGESIZE"
    )
    assert resident < 900_000_000


def test_a_worker_that_does_not_answer_is_missed(instance: Instance) -> None:
    worker = instance.children()["worker"]
    os.kill(worker, signal.SIGSTOP)
    try:
        assert misses(instance, "worker of identity")
    finally:
        os.kill(worker, signal.SIGCONT)
    assert instance.answers("/readyz")
