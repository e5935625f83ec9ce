"""docs/security names what there is: a module or a test that moved takes its row along."""

import re
from pathlib import Path

import pytest

from infra.supervising.child import ROOT

pytestmark = pytest.mark.unit

PAGES = sorted((ROOT / "docs/security").glob("*.md"))
NAMED = re.compile(r"`((?:libs|services|infra|tests|docs)/[\w/.-]+|[\w-]+\.(?:yml|lock))(?:::(\w+))?`")
EMPTY = {"", "–"}
ITEMS = {  # of levels 1 and 2: the last of each section
    "asvs-v6": {"6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4},
    "asvs-v7": {"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2},
    "asvs-v9": {"9.1": 3, "9.2": 4},
    "asvs-v10": {"10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3},
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_module_and_test_that_a_page_names_is_there(page: Path) -> None:
    named = NAMED.findall(page.read_text())
    assert named
    missing = [f"{path}::{test}" for path, test in named if not _is_there(ROOT / path, test)]
    assert missing == []


@pytest.mark.parametrize("page", [each for each in PAGES if each.stem != "README"], ids=lambda page: page.stem)
def test_every_row_says_how_and_by_which_test_or_why_not(page: Path) -> None:
    rows = [line.strip().strip("|").split(" | ") for line in page.read_text().splitlines() if re.match(r"\| \d", line)]
    assert rows
    for item, _, how, test in rows:
        said = how.strip() not in EMPTY
        excused = how.strip().startswith(("not yet", "does not apply", "deviates"))
        assert said, item
        assert test.strip() not in EMPTY or excused, item


@pytest.mark.parametrize(("page", "sections"), ITEMS.items(), ids=ITEMS)
def test_no_item_of_the_standard_is_left_out(page: str, sections: dict[str, int]) -> None:
    text = (ROOT / f"docs/security/{page}.md").read_text()
    listed = re.findall(r"^\| (\d+\.\d+\.\d+) \|", text, re.MULTILINE)
    assert listed == [f"{section}.{number + 1}" for section, last in sections.items() for number in range(last)]


def _is_there(path: Path, test: str) -> bool:
    return path.exists() and (not test or f"def {test}(" in path.read_text())


def test_chance_that_protects_comes_from_the_operating_system() -> None:
    """What `random` gives can be foretold (ASVS 5, 11.5.1): no service and no library of ours takes it."""
    found = re.compile(r"^(?:import|from) random\b", re.MULTILINE)
    modules = [path for part in ("libs", "services") for path in (ROOT / part).rglob("*.py")]
    assert [str(path) for path in modules if found.search(path.read_text())] == []
