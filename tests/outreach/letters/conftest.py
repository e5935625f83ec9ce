"""A desk that sends letters, and a day that they are of."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from infra.mailbox.sink import mail_sink
from libs.db.tenancy import Sessions
from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.commands import Desk
from services.outreach.post_office import open_post_office
from tests.days import Day
from tests.outreach.letters.sending import KEY


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("outreach")


@pytest.fixture
async def day(sessions: Sessions) -> Day:
    day = Day()
    await day.make_known(sessions)
    return day


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with mail_sink(tmp_path / "mail") as smtp_url:
        yield Desk(read_catalogue(), KEY, "day@moussem.example", open_post_office(smtp_url))
