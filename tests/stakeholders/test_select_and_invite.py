"""What becomes of a nomination: selected onto a seat, invited by a letter, answered through its link."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

import pytest
from msgspec import structs
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.contracts.events import Window
from libs.db.tenancy import unit_of_work
from libs.errors import DomainError, NoSuch
from libs.identity import Principal
from libs.messaging.models import OutboxMessage
from libs.sealing import fingerprint, subject_of_link, unseal
from libs.zones import wall
from services.stakeholders.invitations.availability import OutsideTheEdition
from services.stakeholders.invitations.commands import (
    LINK,
    AnswerInvitation,
    InviteSpeaker,
    Letterhead,
    answer_invitation,
    invite_speaker,
)
from services.stakeholders.invitations.domain import EditionOver, WindowsOfNobody
from services.stakeholders.invitations.models import Invitation
from services.stakeholders.nominations.commands.decide import (
    SelectNomination,
    reject_nomination,
    select_nomination,
    shortlist_nomination,
    unselect_nomination,
    withdraw_nomination,
)
from services.stakeholders.nominations.domain import NoSuchSeat, NotYours, SeatOfAnotherRole, SeatTaken
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import NotFromThisState
from tests.stakeholders.conftest import STARTS_ON, TODAY, OpenCall

T = TypeVar("T")

LETTERHEAD = Letterhead("https://day.test", b"k" * 32)
MODERATOR, SPEAKER, OTHER_SPEAKER = 0, 1, 2
MORNING = Window(datetime.combine(STARTS_ON, time(9)), datetime.combine(STARTS_ON, time(12)))


class Journey:
    """A nomination on its way, each step in a transaction of its own."""

    def __init__(self, call: OpenCall) -> None:
        self.call = call

    async def do(
        self, command: Callable[..., Awaitable[T]], principal: Principal, *given: Any, at: datetime = TODAY
    ) -> T:
        async with unit_of_work(self.call.sessions, self.call.day.id) as session:
            return await command(session, principal, *given, at)

    async def select(self, nomination: Nomination, seat: int = SPEAKER) -> Nomination:
        seat_id = self.call.panels[0].seats[seat].id
        return await self.do(select_nomination, self.call.day.of_ministry, nomination.id, SelectNomination(seat_id))

    async def invite(self, nomination: Nomination, language: str | None = None) -> tuple[Invitation, Principal]:
        """Invite, and return who comes by the letter's link."""
        invitation = await self.do(
            invite_speaker, self.call.day.of_ministry, nomination.id, InviteSpeaker(language), LETTERHEAD
        )
        link = (await self.address()).rpartition("/")[2]
        speaker = self.call.day.who("speaker")
        return invitation, structs.replace(
            speaker, account_id=None, invitation_id=invitation.id, link_hash=fingerprint(link)
        )

    async def invited(self, name: str = "Salma Idrissi", **changed: Any) -> tuple[Nomination, Principal]:
        nomination = await self.call.submit(self.call.day.of_federation, name, **changed)
        await self.select(nomination)
        _, speaker = await self.invite(nomination)
        return nomination, speaker

    async def answer(self, speaker: Principal, answer: Any, *windows: Window, at: datetime = TODAY) -> Nomination:
        assert speaker.invitation_id
        command = AnswerInvitation(answer=answer, availability=windows)
        return await self.do(answer_invitation, speaker, speaker.invitation_id, command, at=at)

    async def told(self, kind: str) -> list[dict[str, Any]]:
        async with unit_of_work(self.call.sessions, self.call.day.id) as session:
            facts = select(OutboxMessage.body).filter_by(type=kind).order_by(OutboxMessage.id)
            return list(await session.scalars(facts))

    async def address(self) -> str:
        """Return where the last letter's link leads."""
        letter = (await self.told("letters.letter-requested"))[-1]
        return unseal(LETTERHEAD.key, "letter", letter["sealed_link"])

    async def speakers(self) -> list[tuple[int, bool, int]]:
        told = await self.told("stakeholders.speaker-changed")
        return [(each["version"], each["confirmed"], len(each["availability"])) for each in told]


@pytest.fixture
def journey(call: OpenCall) -> Journey:
    return Journey(call)


async def nominate(call: OpenCall, *names: str) -> list[Nomination]:
    await call.give_quota(call.day.federation, 100)
    return [await call.submit(call.day.of_federation, name) for name in names]


async def test_a_seat_is_given_once(journey: Journey, call: OpenCall) -> None:
    nominations = await nominate(call, *(f"Person {n}" for n in range(10)))
    outcomes = await asyncio.gather(*map(journey.select, nominations), return_exceptions=True)
    assert Counter(map(type, outcomes)) == {Nomination: 1, SeatTaken: 9}


async def test_a_seat_that_was_given_back_is_free_again(journey: Journey, call: OpenCall) -> None:
    first, second = await nominate(call, "Person A", "Person B")
    await journey.select(first)
    undone = await journey.do(unselect_nomination, call.day.of_ministry, first.id)
    assert (undone.state, undone.seat_id) == ("shortlisted", None)
    await journey.select(second)
    await journey.do(withdraw_nomination, call.day.of_federation, second.id)
    assert (await journey.select(first)).state == "selected"


@pytest.mark.parametrize(
    ("seat", "reason"), [(MODERATOR, SeatOfAnotherRole), (None, NoSuchSeat)], ids=["another role", "another panel"]
)
async def test_only_a_seat_of_its_panel_and_role(
    journey: Journey, call: OpenCall, seat: int | None, reason: type[DomainError]
) -> None:
    [nomination] = await nominate(call, "Person A")
    seat_id = call.panels[1].seats[SPEAKER].id if seat is None else call.panels[0].seats[seat].id
    with pytest.raises(reason) as refused:
        await journey.do(select_nomination, call.day.of_ministry, nomination.id, SelectNomination(seat_id))
    assert refused.value.pointer == "/seat_id"


async def test_shortlisted_and_rejected_are_told(journey: Journey, call: OpenCall) -> None:
    [nomination] = await nominate(call, "Person A")
    await journey.do(shortlist_nomination, call.day.of_ministry, nomination.id)
    await journey.do(reject_nomination, call.day.of_ministry, nomination.id)
    told = await journey.told("stakeholders.nomination-changed")
    assert [(each["version"], each["state"]) for each in told] == [
        (1, "submitted"),
        (2, "shortlisted"),
        (3, "rejected"),
    ]
    with pytest.raises(NotFromThisState):
        await journey.do(shortlist_nomination, call.day.of_ministry, nomination.id)


async def test_another_organisation_neither_sees_nor_touches_it(journey: Journey, call: OpenCall) -> None:
    [nomination] = await nominate(call, "Person A")
    with pytest.raises(NoSuch):
        await journey.do(withdraw_nomination, call.day.who("representative", uuid7()), nomination.id)
    with pytest.raises(NotYours):
        await journey.do(withdraw_nomination, call.day.of_confederation, nomination.id)


async def test_nobody_is_invited_who_was_not_selected(journey: Journey, call: OpenCall) -> None:
    [nomination] = await nominate(call, "Person A")
    with pytest.raises(NotFromThisState):
        await journey.invite(nomination)
    assert await journey.told("letters.letter-requested") == []


async def test_the_letter_carries_a_sealed_link_of_which_only_the_fingerprint_is_kept(
    journey: Journey, call: OpenCall
) -> None:
    nomination, speaker = await journey.invited(language="ar")
    address = await journey.address()
    link = address.rpartition("/")[2]
    assert address == f"https://day.test/ar/{call.day.slug}/invitation/{link}"
    assert subject_of_link(LETTERHEAD.key, LINK, call.day.id, link) == speaker.invitation_id
    [letter] = await journey.told("letters.letter-requested")
    assert (letter["recipient"], letter["recipient_name"]) == ("salma.idrissi@fed.test", "Salma Idrissi")
    assert letter["fields"] | {"ends_on": ""} == {
        "panel": {"fr": "Panel 1"},
        "seat_role": "speaker",
        "organisation": {"fr": "Federation"},
        "starts_on": STARTS_ON.isoformat(),
        "ends_on": "",
        "city": {"fr": "Fès"},
    }
    assert link not in str(letter)
    async with unit_of_work(call.sessions, call.day.id) as session:
        kept = (await session.scalars(select(Invitation).filter_by(nomination_id=nomination.id))).one()
    assert kept.link_hash == fingerprint(link)


@pytest.mark.parametrize(
    ("own", "asked", "written"), [("ar", None, "ar"), ("ar", "en", "en"), (None, None, "fr"), ("en", None, "en")]
)
async def test_the_letter_is_in_the_persons_language_else_in_the_editions(
    journey: Journey, call: OpenCall, own: str | None, asked: str | None, written: str
) -> None:
    """E28."""
    nomination = await call.submit(call.day.of_federation, language=own)
    await journey.select(nomination)
    await journey.invite(nomination, asked)
    [letter] = await journey.told("letters.letter-requested")
    assert letter["language"] == written
    assert f"/{written}/" in await journey.address()


async def test_a_letter_that_was_lost_is_sent_again_and_only_the_last_link_is_good(journey: Journey) -> None:
    nomination, lost = await journey.invited()
    invitation, speaker = await journey.invite(nomination)
    assert invitation.id == lost.invitation_id
    with pytest.raises(NoSuch):
        await journey.answer(lost, "accepted")
    assert (await journey.answer(speaker, "accepted")).state == "confirmed"


async def test_who_accepts_is_a_speaker_with_their_availability(journey: Journey, call: OpenCall) -> None:
    nomination, speaker = await journey.invited()
    await journey.answer(speaker, "accepted", MORNING)
    [fact] = await journey.told("stakeholders.speaker-changed")
    assert fact["id"] == str(nomination.id)
    assert (fact["name"], fact["organisation"], fact["confirmed"]) == ("Salma Idrissi", {"fr": "Federation"}, True)
    assert fact["seat_id"] == str(call.panels[0].seats[SPEAKER].id)
    assert fact["availability"] == [
        {"starts_at": f"{STARTS_ON}T09:00:00", "ends_at": f"{STARTS_ON}T12:00:00"},
    ]


async def test_an_availability_that_changes_and_a_speaker_who_cancels_are_told(journey: Journey) -> None:
    _, speaker = await journey.invited()
    await journey.answer(speaker, "accepted", MORNING)
    await journey.answer(speaker, "accepted", at=TODAY + timedelta(hours=1))
    await journey.answer(speaker, "declined")
    versions = [version for version, _, _ in await journey.speakers()]
    assert versions == sorted(set(versions))
    assert [told[1:] for told in await journey.speakers()] == [(True, 1), (True, 0), (False, 0)]
    with pytest.raises(NotFromThisState):
        await journey.answer(speaker, "accepted")


async def test_a_withdrawn_speaker_is_no_longer_one(journey: Journey, call: OpenCall) -> None:
    nomination, speaker = await journey.invited()
    await journey.answer(speaker, "accepted")
    await journey.do(withdraw_nomination, call.day.of_federation, nomination.id)
    assert [confirmed for _, confirmed, _ in await journey.speakers()] == [True, False]


async def test_who_declines_was_never_a_speaker_and_leaves_the_seat(journey: Journey, call: OpenCall) -> None:
    _, speaker = await journey.invited()
    await journey.answer(speaker, "declined")
    assert await journey.speakers() == []
    [other] = await nominate(call, "Person B")
    assert (await journey.select(other)).state == "selected"


async def test_windows_that_come_with_an_offset_are_read_by_the_editions_clocks(journey: Journey) -> None:
    _, speaker = await journey.invited()
    aware = [datetime.fromisoformat(f"{STARTS_ON}T{hour}:00+03:00") for hour in ("12", "15")]
    await journey.answer(speaker, "accepted", Window(*aware))
    [fact] = await journey.told("stakeholders.speaker-changed")
    starts_at, ends_at = (wall(moment, "Africa/Casablanca").isoformat() for moment in aware)
    assert fact["availability"] == [{"starts_at": starts_at, "ends_at": ends_at}]


@pytest.mark.parametrize(
    ("answer", "windows", "at", "reason"),
    [
        (
            "accepted",
            [Window(MORNING.starts_at + timedelta(days=90), MORNING.ends_at + timedelta(days=90))],
            TODAY,
            OutsideTheEdition,
        ),
        ("declined", [MORNING], TODAY, WindowsOfNobody),
        ("accepted", [], TODAY + timedelta(days=63), EditionOver),
    ],
    ids=["a window elsewhere", "a window of nobody", "too late"],
)
async def test_an_answer_that_makes_no_sense_is_refused(
    journey: Journey, answer: str, windows: list[Window], at: datetime, reason: type[DomainError]
) -> None:
    _, speaker = await journey.invited()
    with pytest.raises(reason):
        await journey.answer(speaker, answer, *windows, at=at)
    assert await journey.speakers() == []


async def test_a_link_opens_its_own_invitation_only(journey: Journey, call: OpenCall) -> None:
    _, speaker = await journey.invited()
    await call.give_quota(call.day.federation, 5)
    other = await call.submit(call.day.of_federation, "Person B")
    await journey.select(other, OTHER_SPEAKER)
    invitation, _ = await journey.invite(other)
    command = AnswerInvitation(answer="accepted")
    with pytest.raises(NoSuch):
        await journey.do(answer_invitation, speaker, invitation.id, command)
