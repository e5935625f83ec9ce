import os
import sys
from pathlib import Path

import pytest

from infra.supervising.child import CRASHES, Child, Plan
from infra.supervising.ties import NotStarted
from tests.infra.instance import gone


def plan(folder: Path, program: str) -> Plan:
    """Plan a Python program that is ready when it has made the file `ready`."""
    return Plan(
        name="part",
        command=[sys.executable, "-c", f"from pathlib import Path; import os, signal, time\n{program}"],
        environ={**os.environ, "READY": str(folder / "ready")},
        log=folder / "part.log",
        is_ready=(folder / "ready").exists,
        starts_within=10,
    )


READY = "Path(os.environ['READY']).touch(); "


async def test_a_part_that_ends_too_often_ends_the_whole_with_a_reason(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, READY + "exit(3)"))
    said: list[str] = []
    await child.start()
    with pytest.raises(NotStarted, match=rf"part ended {CRASHES} times within 60 s \(with 3\): see .*part\.log"):
        await child.keep(said.append)
    assert said.count("part ended (with 3) and is started again") == CRASHES - 1


async def test_a_part_that_cannot_start_says_its_last_words(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, "raise OSError('no room')"))
    with pytest.raises(NotStarted, match=r"part does not start: OSError: no room \(more in .*part\.log\)"):
        await child.start()


async def test_a_part_that_does_not_listen_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.supervising.child._STOPS_WITHIN", 0.2)
    deaf_pair = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
if not os.fork():
    print(os.getpid(), flush=True)
    Path(os.environ["READY"]).touch()
time.sleep(60)
"""
    child = Child(plan(tmp_path, deaf_pair))
    await child.start()
    both = [int(process) for process in (tmp_path / "part.log").read_text().split()]
    await child.stop()
    assert len(both) == 2
    assert gone(both)
