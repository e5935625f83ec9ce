"""The libraries' edge is tried on the first service that stands on it: editions."""

from collections.abc import Callable

import httpx2
import pytest

from tests.days import Day
from tests.editions.conftest import day, held, sessions  # noqa: F401 (fixtures)

Client = Callable[..., httpx2.AsyncClient]


@pytest.fixture
def address(day: Day) -> str:  # noqa: F811
    return f"/api/v1/{day.slug}/editions"
