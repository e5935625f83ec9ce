from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.config import Settings
from tests.infra.doctor.practice import Practice


@pytest.fixture
def practice(untouched: Settings, superuser: str, tmp_path: Path) -> Iterator[Practice]:
    """Yield a platform on servers of its own, whose workers live and whose mail server answers."""
    with Practice(untouched, superuser, tmp_path) as practice:
        yield practice
