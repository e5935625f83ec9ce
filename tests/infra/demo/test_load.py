"""The demonstration as a newcomer meets it: both days whole at the first start, and left in peace by the next ones."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from infra.demo.load import load
from infra.demo.reading import read_demonstration
from infra.embedded.place import instance_settings
from libs.config import read_settings
from tests.infra.instance import Instance

pytestmark = pytest.mark.timeout(300)

READY = "Ctrl-C stops everything"


def manifest(data: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((data / "demo.json").read_text())
    return told


def ask(data: Path, question: str) -> list[tuple[Any, ...]]:
    """Ask the database as whoever reads `demo.json` may."""
    with psycopg.connect(manifest(data)["database_url"]) as connection:
        return connection.execute(question).fetchall()


def read(instance: Instance, path: str) -> str:
    answer = httpx2.get(instance.base_url + path)
    assert answer.status_code == 200, path
    return answer.text


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Yield an instance whose first load was interrupted as soon as the call of 2026 was open."""
    folder = tmp_path_factory.mktemp("demonstration")
    with Instance(folder, ()) as interrupted:
        interrupted.says("call of 2026 opened")
    with Instance(folder, ()) as instance:
        assert instance.says("mirane: edition").strip().endswith(", invented")
        instance.says(READY)
        yield instance


@pytest.fixture
def data(instance: Instance) -> Path:
    """Return the data folder of the instance that runs."""
    return instance.data


def test_an_interrupted_load_goes_on_where_it_was(data: Path) -> None:
    samples = read_demonstration().samples
    assert ask(data, "SELECT count(*) FROM editions.edition WHERE slug = '2026'") == [(1,)]
    people = len(samples.journey.nominations) + len(read_demonstration().invented.journey.nominations)
    of_both = f"edition_id IN (SELECT id FROM editions.edition WHERE slug IN ('2026', '{datetime.now(UTC).date()}'))"  # noqa: S608 (ours)
    states = f"SELECT state, count(*) FROM stakeholders.nomination WHERE {of_both} GROUP BY state"  # noqa: S608 (ours)
    assert ask(data, states) == [("confirmed", people)]
    invited = "SELECT count(*) FROM stakeholders.invitation i JOIN stakeholders.nomination n ON n.id = i.nomination_id"
    assert ask(data, f"{invited} WHERE n.{of_both}") == [(people,)]
    assert ask(data, "SELECT count(*) FROM editions.approval WHERE state <> 'applied'") == [(0,)]


def test_both_days_have_a_programme_that_anybody_can_read(instance: Instance) -> None:
    today = datetime.now(UTC).date().isoformat()
    assert "Cérémonie d’ouverture" in read(instance, "/fr/jni/2026/programme")
    assert "حفل الافتتاح" in read(instance, "/ar/jni/2026/programme")
    assert "Opening" in read(instance, f"/en/mirane/{today}/programme")


def test_every_session_of_2026_was_placed_and_released_once(data: Path, instance: Instance) -> None:
    released = json.loads(read(instance, "/api/v1/jni/editions/2026/releases/1/programme.json"))
    assert len(released["sessions"]) == len(read_demonstration().samples.journey.sessions)
    of_2026 = "SELECT count(*) FROM scheduling.release r JOIN scheduling.known_edition e ON e.id = r.edition_id"
    assert ask(data, f"{of_2026} WHERE e.slug = '2026'") == [(1,)]


def test_the_editions_held_have_what_their_sources_tell_and_nothing_more(data: Path) -> None:
    held = ask(
        data,
        "SELECT e.slug, count(DISTINCT p.id), count(s.id) FROM editions.edition e "
        "LEFT JOIN editions.panel p ON p.edition_id = e.id LEFT JOIN editions.seat s ON s.panel_id = p.id "
        "WHERE e.slug IN ('2023', '2024', '2025') GROUP BY e.slug ORDER BY e.slug",
    )
    assert held == [("2023", 0, 0), ("2024", 5, 0), ("2025", 5, 0)]


def test_the_one_open_commitment_is_a_sample(data: Path) -> None:
    of_jni = "SELECT sample, acquis, state FROM editions.commitment c JOIN editions.edition e ON e.id = c.edition_id"
    assert ask(data, f"{of_jni} WHERE e.slug = '2026'") == [(True, False, "open")]


def test_the_manifest_names_personas_and_clients_in_their_order(data: Path, instance: Instance) -> None:
    told = manifest(data)
    assert told["base_url"] == instance.base_url
    assert told["tenants"] == ["jni", "mirane"]
    of_jni = [(each["role"], each["organisation"]) for each in told["personas"] if each["tenant"] == "jni"]
    assert of_jni == [
        ("administrator", None),
        ("co_organiser", "mic"),
        ("co_organiser", "cgem"),
        ("programme_manager", "cgem"),
        ("representative", "amica"),
        ("representative", "gimas"),
        ("representative", "mtedd"),
        ("viewer", None),
    ]
    first, second = (each for each in told["clients"] if each["tenant"] == "jni")
    assert (first["organisation"], "nominations:write" in first["scopes"]) == ("mic", False)
    assert (second["organisation"], "nominations:write" in second["scopes"]) == ("amica", True)


async def test_a_second_load_changes_nothing_and_tells_the_same_links(data: Path, instance: Instance) -> None:
    before = (data / "demo.json").read_text()
    told = ask(data, "SELECT count(*) FROM editions.outbox")
    assert await live(instance, datetime.now(UTC)) == []
    assert (data / "demo.json").read_text() == before
    assert ask(data, "SELECT count(*) FROM editions.outbox") == told


async def test_when_its_day_has_passed_a_new_edition_is_cloned_and_released(data: Path, instance: Instance) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    said = await live(instance, tomorrow)
    slug = tomorrow.date().isoformat()
    assert any(f"edition {slug} cloned from" in line for line in said)
    assert "Opening" in read(instance, f"/en/mirane/{slug}/programme")
    acquis = "SELECT c.acquis FROM editions.commitment c JOIN editions.edition e ON e.id = c.edition_id"
    assert (True,) in ask(data, f"{acquis} WHERE e.slug = '{slug}'")


async def live(instance: Instance, now: datetime) -> list[str]:
    """Load at another time into the instance that runs; return what the loader says."""
    settings = read_settings(instance_settings(instance.environ))
    said: list[str] = []
    await load(settings, instance.data, now, said.append)
    return said
