"""Whatever dies, whenever: what was acknowledged is there, everywhere, and no effect is had twice.

The same storm, longer: `make chaos`.
"""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.house import embedded, production
from tests.chaos.storm import Report, Storm

FACTS = 100

pytestmark = pytest.mark.storm


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder whose path is short enough for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="moussem-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def test_nothing_is_lost_or_doubled_in_a_storm_on_the_embedded_topology(folder: Path) -> None:
    """P14."""
    async with embedded(folder) as house:
        judge(await Storm(house, secrets.randbits(32)).rage(FACTS, rounds=1))


async def test_nothing_is_lost_or_doubled_in_a_storm_on_the_production_topology(folder: Path) -> None:
    """P14."""
    async with production(folder) as house:
        judge(await Storm(house, secrets.randbits(32)).rage(FACTS, rounds=1))


def judge(report: Report) -> None:
    assert report.faults == [], f"seed {report.seed}"
    assert report.facts >= FACTS
    assert report.lost_messages
