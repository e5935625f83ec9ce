"""Titles and seats of an edition's panels."""

from datetime import date

import pytest
from sqlalchemy import select

from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.models import OutboxMessage
from libs.web.conditional import IfMatch
from services.editions.cloning.commands import CloneEdition, clone_edition
from services.editions.editions.domain import NeedsSignatures
from services.editions.editions.models import Edition
from services.editions.panels.commands import ChangePanel, change_panel
from services.editions.panels.domain import SeatsTakenAway
from services.editions.panels.models import Panel
from tests.days import Day
from tests.editions.conftest import NOW


@pytest.fixture
async def panel(sessions: Sessions, day: Day, held: Edition) -> Panel:
    """The first panel of an edition that is being prepared: a moderator and two speakers."""
    clone = CloneEdition(
        clone_of=held.slug,
        slug="2026",
        starts_on=date(2026, 11, 3),
        ends_on=date(2026, 11, 4),
        city={"fr": "Fès"},
        region="fes-meknes",
    )
    async with unit_of_work(sessions, day.id) as session:
        edition = await clone_edition(session, day.of_ministry, clone, NOW)
        return (await session.scalars(select(Panel).filter_by(edition_id=edition.id, ordinal=1))).one()


async def change(sessions: Sessions, day: Day, panel: Panel, command: ChangePanel) -> None:
    async with unit_of_work(sessions, day.id) as session:
        await change_panel(session, day.of_ministry, panel.id, command, IfMatch("*"), NOW)


async def test_seats_are_added_and_told_as_a_new_version_of_the_panel(
    sessions: Sessions, day: Day, panel: Panel
) -> None:
    await change(sessions, day, panel, ChangePanel(seats={"speaker": 3, "rapporteur": 1}))
    async with unit_of_work(sessions, day.id) as session:
        bodies = await session.scalars(select(OutboxMessage.body).filter_by(aggregate_id=panel.id))
        told = max(bodies.all(), key=lambda body: body["version"])
    assert told["version"] == panel.version + 1
    assert sorted((seat["role"], seat["ordinal"]) for seat in told["seats"]) == [
        ("moderator", 1),
        ("rapporteur", 1),
        ("speaker", 1),
        ("speaker", 2),
        ("speaker", 3),
    ]
    assert told["title"] == {"fr": "Panel 1"}


async def test_seats_are_not_taken_away(sessions: Sessions, day: Day, panel: Panel) -> None:
    with pytest.raises(SeatsTakenAway, match="2 seats of the role speaker") as refusal:
        await change(sessions, day, panel, ChangePanel(seats={"speaker": 1}))
    assert refusal.value.pointer == "/seats/speaker"


async def test_a_panel_of_an_announced_edition_changes_by_signature_only(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    async with unit_of_work(sessions, day.id) as session:
        announced = (await session.scalars(select(Panel).filter_by(edition_id=held.id, ordinal=1))).one()
    with pytest.raises(NeedsSignatures):
        await change(sessions, day, announced, ChangePanel(title={"fr": "Autre titre"}))
