from collections.abc import Callable

import pytest

from libs.db.tenancy import Sessions
from tests.days import Day


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture(scope="session")
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("outreach")
