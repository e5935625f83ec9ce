"""`make up EACH=2`: two of each service's processes share the work, and are replaced without a failed request."""

import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.production.processes import PROCESSES, STANDING
from tests.infra.instance import command
from tests.observability.figures import Figures
from tests.production.apart import Apart, Visitor
from tests.production.servers import need

pytestmark = [pytest.mark.timeout(900), pytest.mark.storm]

OURS = {process.name: 1 if process.name == STANDING else 2 for process in PROCESSES if process.is_ours}


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    need("PostgreSQL", "RabbitMQ", "rabbitmqctl", "nginx", "pgbouncer")
    with Apart(tmp_path_factory.mktemp("doubled") / "data", "--each", "2") as apart:
        apart.says("stops everything")
        yield apart


def targets(apart: Apart) -> dict[str, list[str]]:
    """Return where each process tells its figures, by its name, as Prometheus reads it."""
    told: dict[str, list[str]] = {}
    for each in json.loads((apart.data / "targets.json").read_text()):
        told.setdefault(each["labels"]["process"], []).extend(each["targets"])
    return told


def test_there_are_two_of_each_and_each_tells_its_own_figures(doubled: Apart) -> None:
    found = targets(doubled)
    assert {name: len(addresses) for name, addresses in found.items()} == OURS
    [standing] = found.pop(STANDING)
    assert "moussem_outbox_waiting" in Figures(standing).names
    assert not any(
        "moussem_outbox_waiting" in Figures(each).names for addresses in found.values() for each in addresses
    )


def test_both_web_processes_of_a_service_are_asked(doubled: Apart) -> None:
    for _ in range(20):
        Visitor(doubled.base_url).ask("GET", "/api/v1/nowhere/editions")
    answered = [Figures(each).value("moussem_request_seconds_count") for each in targets(doubled)["editions-web"]]
    assert min(answered) > 0
    assert sum(answered) >= 20


def test_all_are_replaced_without_a_failed_request_and_prometheus_is_told(doubled: Apart) -> None:
    before, done, answers = targets(doubled), threading.Event(), Counter[int]()

    def read() -> None:
        reader = Visitor(doubled.base_url)
        while not done.is_set():
            answers.update(reader.ask("GET", path).status_code for path in ("/fr", "/oauth/jwks"))

    reading = threading.Thread(target=read)
    reading.start()
    doubled.command("restart")
    doubled.says("every service's processes are new")
    done.set()
    reading.join()
    assert {*answers} == {200}, answers

    after = targets(doubled)
    assert {name: len(addresses) for name, addresses in after.items()} == OURS
    for name, addresses in after.items():
        assert not {*addresses} & {*before[name]}
        for each in addresses:
            urllib.request.urlopen(f"http://{each}/metrics", timeout=30).close()


def test_its_folder_is_nobody_elses(doubled: Apart) -> None:
    assert doubled.data.stat().st_mode & 0o077 == 0
    assert "may look into" not in command(doubled.environ, "doctor").stdout


def test_a_folder_that_up_itself_makes_is_nobody_elses(tmp_path: Path) -> None:
    """`up` in the background makes the folder before anybody holds it: here it finds no PgBouncer, and leaves that."""
    environ = {"PATH": "", "MOUSSEM_DATA": str(tmp_path / "data")}
    assert command(environ, "up").returncode == 1
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
