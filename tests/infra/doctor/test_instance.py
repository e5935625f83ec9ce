"""The doctor on an embedded instance, from the command line, while it runs and when it is stopped."""

from pathlib import Path

import pytest

from infra.doctor.machine import examine_folder
from tests.infra.instance import Instance, command, environ_of


def test_it_is_well_while_it_runs_and_when_it_is_stopped_and_ill_without_its_key(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Instance(data) as instance:
        instance.says("ready: ")
        running = command(instance.environ, "doctor")
        assert (running.returncode, running.stdout) == (0, "moussem: all is well\n")

    stopped = command(instance.environ, "doctor")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (0, "moussem: all is well\n", "")

    (data / "key").rename(tmp_path / "key")
    keyless = command(instance.environ, "doctor")
    assert keyless.returncode == 1
    assert f"The key in {data}/key cannot be read: No such file or directory." in keyless.stdout
    assert keyless.stdout.endswith("moussem: 1 to mend\n")
    assert not (data / "key").exists(), "the doctor makes none"

    (tmp_path / "key").rename(data / "key")
    (data / "pg" / "PG_VERSION").write_text("15\n")
    other = command(instance.environ, "doctor")
    assert other.returncode == 1
    assert "was made by PostgreSQL 15, and this Moussem brings 18." in other.stdout


def test_where_there_is_none_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = command(environ_of(tmp_path / "nothing"), "doctor")
    assert done.returncode == 1
    assert done.stdout.startswith(f"moussem: There is no instance in {tmp_path}/nothing. → Start one with")


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    assert [*examine_folder(tmp_path)] == []
    monkeypatch.setattr("infra.doctor.machine._LEAST_FREE", 2**60)
    [full] = examine_folder(tmp_path)
    assert "is nearly full: " in full.what
