"""A federation nominates, within its quota."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec import convert
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.db.tenancy import unit_of_work
from libs.errors import DomainError, NoSuch
from libs.journal.models import JournalEntry
from libs.messaging.models import OutboxMessage
from services.stakeholders.calls.domain import Closed
from services.stakeholders.known.domain import NoSuchPanel
from services.stakeholders.nominations.commands.decide import withdraw_nomination
from services.stakeholders.nominations.commands.submit import SubmitNomination, submit_nomination
from services.stakeholders.nominations.domain import ActsForNobody, AlreadyNominated, NoSeatOfThisRole
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.people.domain import EmailKnownByAnotherName
from services.stakeholders.people.models import Person
from services.stakeholders.quotas.quota import NoQuota, PanelQuotaExhausted, QuotaExhausted
from tests.stakeholders.conftest import TODAY, OpenCall

PERSONAL = ("Salma", "Idrissi", "fed.test")


async def told(call: OpenCall, kind: str = "stakeholders.nomination-changed") -> list[dict[str, Any]]:
    async with unit_of_work(call.sessions, call.day.id) as session:
        facts = select(OutboxMessage.body).filter_by(type=kind).order_by(OutboxMessage.id)
        return list(await session.scalars(facts))


async def count(call: OpenCall, table: type[Nomination | Person]) -> int | None:
    async with unit_of_work(call.sessions, call.day.id) as session:
        return await session.scalar(select(func.count()).select_from(table))


async def test_is_kept_told_without_personal_fields_and_journalled(call: OpenCall) -> None:
    nomination = await call.submit(call.day.of_federation)
    [fact] = await told(call)
    assert (fact["id"], fact["version"], fact["state"]) == (str(nomination.id), 1, "submitted")
    assert not any(word in str(fact) for word in PERSONAL)
    async with unit_of_work(call.sessions, call.day.id) as session:
        actions = await session.scalars(select(JournalEntry.action).filter_by(subject=nomination.id))
        assert actions.all() == ["nominations.submit"]


async def test_the_last_place_is_taken_once(call: OpenCall) -> None:
    await call.submit(call.day.of_federation, "Somebody Else")
    attempts = (call.submit(call.day.of_federation, f"Person {n}") for n in range(20))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert Counter(map(type, outcomes)) == {Nomination: 1, QuotaExhausted: 19}
    assert await count(call, Nomination) == 2
    assert len(await told(call)) == 2


async def test_a_withdrawal_gives_the_place_back(call: OpenCall) -> None:
    first = await call.submit(call.day.of_federation, "Person A")
    await call.submit(call.day.of_federation, "Person B")
    async with unit_of_work(call.sessions, call.day.id) as session:
        await withdraw_nomination(session, call.day.of_federation, first.id, TODAY)
    await call.submit(call.day.of_federation, "Person C")
    with pytest.raises(QuotaExhausted):
        await call.submit(call.day.of_federation, "Person D")


async def test_a_panel_may_have_a_number_of_its_own(call: OpenCall) -> None:
    await call.give_quota(call.day.federation, 5, first=1)
    await call.submit(call.day.of_federation, "Person A")
    with pytest.raises(PanelQuotaExhausted):
        await call.submit(call.day.of_federation, "Person B")
    await call.submit(call.day.of_federation, "Person B", panel_id=str(call.panels[1].id))


async def test_a_ministry_nominates_within_its_own_quota(call: OpenCall) -> None:
    nomination = await call.submit(call.day.of_ministry)
    assert nomination.organisation_id == call.day.ministry
    with pytest.raises(NoQuota):
        await call.submit(call.day.of_confederation)


async def test_who_acts_for_no_organisation_nominates_nobody(call: OpenCall) -> None:
    with pytest.raises(ActsForNobody):
        await call.submit(call.day.who("administrator"))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"panel_id": str(uuid7())}, NoSuchPanel),
        ({"seat_role": "rapporteur"}, NoSeatOfThisRole),
    ],
)
async def test_refuses_what_the_panel_has_not(
    call: OpenCall, changed: dict[str, Any], reason: type[DomainError]
) -> None:
    with pytest.raises(reason):
        await call.submit(call.day.of_federation, **changed)
    assert await count(call, Person) == 0


async def test_refuses_when_the_call_is_over_by_the_given_clock(call: OpenCall) -> None:
    command = convert(call.sample(), SubmitNomination)
    with pytest.raises(Closed):
        async with unit_of_work(call.sessions, call.day.id) as session:
            await submit_nomination(session, call.day.of_federation, call.call_id, command, TODAY + timedelta(days=31))


async def test_a_call_that_is_not_there_is_not_found(call: OpenCall) -> None:
    command = convert(call.sample(), SubmitNomination)
    with pytest.raises(NoSuch):
        async with unit_of_work(call.sessions, call.day.id) as session:
            await submit_nomination(session, call.day.of_federation, uuid7(), command, TODAY)


async def test_a_person_stands_for_a_panel_once(call: OpenCall) -> None:
    await call.submit(call.day.of_federation)
    with pytest.raises(AlreadyNominated):
        await call.submit(call.day.of_federation, seat_role="moderator")
    await call.submit(call.day.of_federation, panel_id=str(call.panels[1].id))
    assert await count(call, Person) == 1


async def test_a_known_address_with_another_name_is_asked_about_and_both_are_kept(call: OpenCall) -> None:
    """E10."""
    salma = await call.submit(call.day.of_federation, "Salma Idrissi", email="contact@fed.test")
    with pytest.raises(EmailKnownByAnotherName):
        await call.submit(call.day.of_federation, "Omar Tazi", email="Contact@FED.test")
    omar = await call.submit(
        call.day.of_federation, "Omar Tazi", email="contact@fed.test", email_choice="shared_mailbox"
    )
    assert salma.person_id != omar.person_id
    async with unit_of_work(call.sessions, call.day.id) as session:
        names = await session.scalars(select(Person.full_name).order_by(Person.id))
        assert names.all() == ["Salma Idrissi", "Omar Tazi"]


async def test_one_name_with_two_addresses_is_two_people(call: OpenCall) -> None:
    """E10."""
    first = await call.submit(call.day.of_federation, "Youssef Alami", email="y@a.test")
    second = await call.submit(call.day.of_federation, "Youssef Alami", email="y@b.test")
    assert first.person_id != second.person_id


async def test_two_organisations_that_name_a_new_person_at_once_name_one_person(call: OpenCall) -> None:
    outcomes = await asyncio.gather(call.submit(call.day.of_federation), call.submit(call.day.of_ministry))
    assert len({nomination.person_id for nomination in outcomes}) == 1
    assert await count(call, Person) == 1


async def test_two_names_on_a_new_address_at_once_are_asked_about(call: OpenCall) -> None:
    """E10."""
    outcomes = await asyncio.gather(
        call.submit(call.day.of_federation, "Salma Idrissi", email="contact@fed.test"),
        call.submit(call.day.of_ministry, "Omar Tazi", email="contact@fed.test"),
        return_exceptions=True,
    )
    assert Counter(map(type, outcomes)) == {Nomination: 1, EmailKnownByAnotherName: 1}
