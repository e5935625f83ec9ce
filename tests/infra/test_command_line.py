import subprocess
from pathlib import Path

import pytest

from tests.infra.instance import Instance, command

DAY = [
    "--country",
    "MA",
    "--timezone",
    "Africa/Casablanca",
    "--administrator",
    "ada@x.org",
    "--administrator-name",
    "Ada",
]


def moussem(instance: Instance, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(instance.environ, *arguments)


def test_a_tenant_is_made_with_the_link_of_its_first_administrator(instance: Instance) -> None:
    said = moussem(instance, "tenant", "create", "salon", "--name", "fr=Salon", "--name", "ar=المعرض", *DAY).stdout
    link = said.split()[-1]
    assert link.startswith(f"{instance.base_url}/fr/salon/")
    assert instance.answers(link.removeprefix(instance.base_url))
    assert instance.answers("/api/v1/salon")

    again = moussem(instance, "tenant", "create", "salon", "--name", "fr=Salon", *DAY)
    assert (again.returncode, again.stderr) == (1, "moussem: Another day is called salon. Choose another short name.\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--name", "Salon"], "must be LANGUAGE=NAME"),
        (["--name", "fr=Salon", "--country", "Maroc"], "at `$.country`"),
        (["--name", "fr=Salon", "--timezone", "Casablanca"], "Casablanca is no time zone"),
    ],
)
def test_a_tenant_that_cannot_be_is_refused_with_what_is_wrong(instance: Instance, wrong: list[str], said: str) -> None:
    done = moussem(instance, "tenant", "create", "foire", *DAY, *wrong)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_parked_and_all_can_be_told_again(instance: Instance) -> None:
    assert moussem(instance, "events", "parked").stdout == "moussem: 0 parked\n"
    assert "editions: 0 brought again" in moussem(instance, "events", "replay").stdout
    assert "identity: " in moussem(instance, "events", "replay", "--since", "2026-01-01").stdout
    assert "editions has told" in moussem(instance, "events", "announce", "--service", "editions").stdout
    assert "must be one of identity" in moussem(instance, "events", "announce", "--service", "weather").stderr


def test_migrating_again_changes_nothing(instance: Instance) -> None:
    done = moussem(instance, "migrate")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_platform_that_does_not_run_is_said_in_one_sentence(tmp_path: Path) -> None:
    with Instance(tmp_path) as instance:
        instance.says("ready: ")
    for arguments in (["migrate"], ["events", "parked"], ["tenant", "create", "salon", "--name", "fr=Salon", *DAY]):
        done = moussem(instance, *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("moussem: The database does not answer; is the platform running?")
        assert done.stderr.count("\n") == 1
