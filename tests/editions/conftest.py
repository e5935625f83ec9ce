"""An edition that was held, to clone from."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from libs.db.tenancy import Sessions, unit_of_work
from services.editions.commitments.commands import RecordCommitment, record_commitment
from services.editions.editions.commands import RecordEdition, record_edition
from services.editions.editions.models import Edition
from services.editions.panels.commands import RecordPanel, record_panel
from tests.days import Day

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
PROTECTED = ("theme", "panel", "announcement")


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("editions")


@pytest.fixture
async def day(sessions: Sessions) -> Day:
    day = Day()
    await day.make_known(sessions, protected=PROTECTED)
    return day


@pytest.fixture
async def held(sessions: Sessions, day: Day) -> Edition:
    """The edition of 2025: two panels of three seats, one promise."""
    async with unit_of_work(sessions, day.id) as session:
        edition = await record_edition(
            session,
            day.of_ministry,
            RecordEdition(
                slug="2025",
                ordinal=3,
                starts_on=date(2025, 11, 3),
                ends_on=date(2025, 11, 4),
                city={"fr": "Rabat"},
                region="rabat-sale-kenitra",
                theme={"fr": "Le Made in Morocco"},
            ),
            NOW,
        )
        for ordinal in (1, 2):
            await record_panel(
                session,
                day.of_ministry,
                edition.id,
                RecordPanel(
                    slug=f"panel-{ordinal}",
                    ordinal=ordinal,
                    title={"fr": f"Panel {ordinal}"},
                    seats={"moderator": 1, "speaker": 2},
                ),
                NOW,
            )
        await record_commitment(
            session, day.of_ministry, edition.id, RecordCommitment(title={"fr": "Une promesse"}), NOW
        )
        return edition
