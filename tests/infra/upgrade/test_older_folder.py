"""What an older Moussem kept goes on here: a backup of 2026-11-25, 04:16, with one invented day that was lived whole.

`older/` was made by the `./moussem backup` of that commit, from its demonstration with the invented day alone.
"""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from infra.backups.manifest import read_manifest
from libs.config import SERVICES
from libs.db.migrating import newest
from tests.infra.instance import Instance, command, environ_of

OLDER = Path(__file__).parent / "older"
PROGRAMME = "/en/mirane/2026-11-25"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Yield what was restored into a folder by the older revision, as it was, and then started by this code."""
    data = tmp_path_factory.mktemp("upgraded") / "data"
    restored = command(environ_of(data), "restore", str(OLDER))
    assert restored.returncode == 0, restored.stderr
    with Instance(data) as instance:
        instance.says("ready: ")
        yield instance


def read(instance: Instance, path: str) -> str:
    with urllib.request.urlopen(instance.base_url + path, timeout=30) as answer:  # noqa: S310 (our own address)
        return str(answer.read().decode())


def test_it_is_really_older() -> None:
    [dump] = read_manifest(OLDER).dumps
    assert all(dump.revisions[service] < str(newest(service)) for service in SERVICES)


def test_the_programme_is_read_as_before(upgraded: Instance) -> None:
    page = read(upgraded, PROGRAMME)
    assert "Mirane" in page
    assert upgraded.answers("/readyz")


def test_who_was_there_still_signs_in_and_works(upgraded: Instance) -> None:
    """The key opens what it sealed, and a write goes the whole way."""
    personas = json.loads((OLDER / "demo.json").read_text())["personas"]
    organiser = next(each for each in personas if each["role"] == "administrator")
    path = "/" + organiser["sign_in_url"].partition("//")[2].partition("/")[2]
    with httpx2.Client(base_url=upgraded.base_url, follow_redirects=True) as browser:
        page = browser.post(path, headers={"origin": upgraded.base_url})
    assert page.status_code == 200
    assert organiser["name"] in page.text


def test_the_doctor_finds_it_well(upgraded: Instance) -> None:
    assert upgraded.answers("/readyz")
    done = command(upgraded.environ, "doctor")
    assert (done.returncode, done.stdout) == (0, "moussem: all is well\n")
    assert command(upgraded.environ, "events", "parked").stdout == "moussem: 0 parked\n"
