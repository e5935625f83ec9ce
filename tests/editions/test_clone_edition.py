"""The next edition is made from the last one."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select

from libs.db.tenancy import Sessions, unit_of_work
from libs.errors import DomainError
from libs.messaging.models import OutboxMessage
from services.editions.cloning.commands import CloneEdition, clone_edition
from services.editions.cloning.domain import NotAfterItsOrigin, SeatsWithoutPanels
from services.editions.cloning.queries import read_cloning
from services.editions.commitments.queries import list_commitments
from services.editions.editions.domain import AlreadyPast, EndsBeforeItStarts, ReservedSlug, SlugTaken
from services.editions.editions.models import Edition
from services.editions.panels.queries import list_panels
from tests.days import Day
from tests.editions.conftest import NOW

NEXT = CloneEdition(
    clone_of="2025",
    slug="2026",
    starts_on=date(2026, 11, 10),
    ends_on=date(2026, 11, 11),
    city={"fr": "Fès"},
    region="fes-meknes",
)


async def clone(sessions: Sessions, day: Day, **changed: Any) -> Edition:
    async with unit_of_work(sessions, day.id) as session:
        return await clone_edition(session, day.of_ministry, structs.replace(NEXT, **changed), NOW)


async def test_panels_and_seats_come_along_and_say_where_they_came_from(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    made = await clone(sessions, day)
    async with unit_of_work(sessions, day.id) as session:
        old, new = await list_panels(session, held.id), await list_panels(session, made.id)
    assert [panel.title for panel in new] == [panel.title for panel in old]
    assert [panel.origin_id for panel in new] == [panel.id for panel in old]
    assert [len(panel.seats) for panel in new] == [3, 3]
    assert not {seat.id for panel in new for seat in panel.seats} & {seat.id for panel in old for seat in panel.seats}


async def test_what_is_still_open_is_handed_over_as_acquis(sessions: Sessions, day: Day, held: Edition) -> None:
    made = await clone(sessions, day)
    async with unit_of_work(sessions, day.id) as session:
        [promise] = await list_commitments(session, held.id)
        [acquis] = await list_commitments(session, made.id)
    assert (acquis.title, acquis.acquis, acquis.origin_id) == (promise.title, True, promise.id)


async def test_the_new_edition_is_not_announced_and_no_sign_off_is_copied(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    """E6."""
    made = await clone(sessions, day)
    assert held.announced
    assert not made.announced
    assert (made.ordinal, made.opened_by, made.facts) == (4, "", [])


async def test_the_other_services_are_told_what_to_copy_and_awaited(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    made = await clone(sessions, day, carry=frozenset({"panels", "rooms"}))
    async with unit_of_work(sessions, day.id) as session:
        bodies = await session.scalars(select(OutboxMessage.body).filter_by(type="editions.edition-cloned"))
        [told] = bodies.all()
        cloning = await read_cloning(session, made.id)
    assert (told["origin_id"], told["shift_days"], told["carried"]) == (str(held.id), 372, ["panels", "rooms"])
    assert len(told["panels"]) == 2
    assert told["seats"] == []
    assert {step.service: step.state for step in cloning.steps} == {
        "editions": "done",
        "scheduling": "waiting",
        "stakeholders": "waiting",
    }
    assert not cloning.done


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ends_on": date(2026, 11, 9)}, EndsBeforeItStarts),
        ({"starts_on": date(2026, 1, 14), "ends_on": date(2026, 1, 14)}, AlreadyPast),
        ({"slug": "programme"}, ReservedSlug),
        ({"slug": "2025"}, SlugTaken),
        ({"carry": frozenset({"seats"})}, SeatsWithoutPanels),
    ],
)
async def test_refuses_what_makes_no_sense(
    sessions: Sessions, day: Day, held: Edition, changed: dict[str, Any], reason: type[DomainError]
) -> None:
    with pytest.raises(reason):
        await clone(sessions, day, **changed)
    async with unit_of_work(sessions, day.id) as session:
        assert list(await session.scalars(select(Edition.id))) == [held.id]


async def test_refuses_an_edition_that_is_not_after_the_one_it_is_made_from(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    assert held.slug == "2025"
    await clone(sessions, day)
    with pytest.raises(NotAfterItsOrigin):
        await clone(sessions, day, clone_of="2026", slug="2027")
