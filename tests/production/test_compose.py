"""The compose file says what the table of processes says, in the form that compose reads. No engine is needed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.production.compose import rendered
from infra.production.processes import MIGRATE, POOLER, PROCESSES, PROXY, Process
from infra.production.secrets import make_secrets, make_servers_secrets
from infra.supervising.child import ROOT
from libs.config import SERVICES

COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text()))


def test_it_is_the_one_that_the_table_makes() -> None:
    assert COMPOSE.read_text() == rendered(), "run: python -m infra.production.compose > docker-compose.yml"


def test_compose_can_read_it() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", COMPOSE], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_every_process_has_its_command_and_is_asked_whether_it_does_its_work(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {*services} == {"postgresql", "rabbitmq", *(process.name for process in PROCESSES)}
    for process in PROCESSES:
        assert services[process.name]["command"] == ["python", "-m", *process.command]
        assert process.ends or services[process.name]["healthcheck"]["test"][-len(process.health) :] == [
            *process.health
        ]
        assert services[process.name]["deploy"]["resources"]["limits"]


def test_nothing_starts_before_what_it_needs_is_healthy(compose: dict[str, Any]) -> None:
    started: set[str] = set()
    waiting = dict(compose["services"])
    while waiting:
        ready = [name for name, each in waiting.items() if {*each.get("depends_on", {})} <= started]
        assert ready, f"these wait for one another: {sorted(waiting)}"
        for name in ready:
            started.add(name)
            del waiting[name]
    conditions = compose["services"]["editions-web"]["depends_on"]
    assert conditions == {
        MIGRATE: {"condition": "service_completed_successfully"},
        POOLER: {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("process", [process for process in PROCESSES if process.service], ids=lambda each: each.name)
def test_a_service_is_given_its_own_password_and_nobody_elses(compose: dict[str, Any], process: Process) -> None:
    secrets = compose["services"][process.name]["secrets"]
    assert [name for name in secrets if name.endswith("_password")] == [f"{process.service}_password"]


def test_no_secret_stands_in_the_file_and_all_are_made_by_one_command(compose: dict[str, Any], tmp_path: Path) -> None:
    make_secrets(tmp_path)
    make_servers_secrets(tmp_path)
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert (tmp_path / name).read_text()
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    make_secrets(tmp_path)
    make_servers_secrets(tmp_path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == made, "a second time changes nothing"
    assert not any(secret.strip() in json.dumps(compose) for secret in made.values())


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, each in compose["services"].items() if "ports" in each] == [PROXY]
    assert {f"MOUSSEM_{service.upper()}_WEB" for service in SERVICES} <= {*compose["services"][PROXY]["environment"]}


def test_what_a_process_is_told_is_enough_to_read_its_settings(compose: dict[str, Any]) -> None:
    for process in PROCESSES:
        environment = compose["services"][process.name]["environment"]
        optional = {"MOUSSEM_DATA", "MOUSSEM_DEMO", "MOUSSEM_ISSUER", "MOUSSEM_MAILBOX", "MOUSSEM_INTERNAL_LISTEN"}
        optional |= {"MOUSSEM_TLS_CERTIFICATE", "MOUSSEM_TLS_KEY", "MOUSSEM_PLAIN_PORT"}  # ended before the containers
        assert {*process.settings} - {*environment} <= optional
