import asyncio
from uuid import UUID

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import LetterQueued, LetterRequested, TenantChanged
from libs.db.projections import keep_all_newest
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope, to_service
from libs.messaging.models import OutboxMessage
from libs.messaging.outbox import publish
from libs.messaging.subscriptions import Heard, Hearing, Subscriptions
from libs.tenants.models import KnownTenant
from libs.tenants.subscribers import remember_tenant
from tests.days import Day
from tests.messaging.facts import NOW, Listener, enveloped, fact, noted, parked_facts, remembered
from tests.statements import counted_statements


async def test_a_fact_delivered_twice_takes_effect_once(sessions: Sessions, day: Day) -> None:
    hearing = Hearing(sessions, [Listener().subscriptions])
    batch = [enveloped(fact(day.id)) for _ in range(3)]

    await hearing.hear_all([*batch, batch[0]])
    await hearing.hear_all(batch[::-1])
    await hearing.hear_one(batch[1])

    assert await noted(sessions, day.id) == [envelope.open().id for envelope in batch]


async def test_a_fact_delivered_ten_times_at_once_takes_effect_once(sessions: Sessions, day: Day) -> None:
    hearing = Hearing(sessions, [Listener().subscriptions])
    envelope, other = enveloped(fact(day.id)), enveloped(fact(day.id))

    await asyncio.gather(
        *(hearing.hear_one(envelope) for _ in range(5)), *(hearing.hear_all([other, envelope]) for _ in range(5))
    )

    assert sorted(await noted(sessions, day.id)) == sorted([envelope.open().id, other.open().id])


async def test_a_handler_that_fails_undoes_no_other_and_is_not_remembered(sessions: Sessions, day: Day) -> None:
    failing, well = Listener(), Listener()
    well.mended = True

    async def also(session: AsyncSession, event: LetterRequested, envelope: Envelope) -> None:
        await well.note(session, event, envelope)

    others = Subscriptions()
    others.effect(LetterRequested)(also)
    hearing = Hearing(sessions, [failing.subscriptions, others])
    bad = enveloped(fact(day.id, "bad"))

    with pytest.raises(ExceptionGroup, match=str(bad.id)):
        await hearing.hear_one(bad)
    assert (len(await noted(sessions, day.id)), await remembered(sessions, day.id)) == (1, 1)

    failing.mended = True
    await hearing.hear_one(bad)
    assert (len(await noted(sessions, day.id)), await remembered(sessions, day.id)) == (2, 2)


async def test_what_a_fact_causes_bears_its_actor_and_its_correlation(sessions: Sessions, day: Day) -> None:
    subscriptions = Subscriptions()

    @subscriptions.effect(LetterRequested)
    async def tell_on(session: AsyncSession, event: LetterRequested, envelope: Envelope) -> None:
        publish(session, LetterQueued(tenant_id=event.tenant_id, id=event.id, version=1), envelope.occurred_at)

    batch = [enveloped(fact(day.id), actor=f"account:{number}") for number in range(3)]
    await Hearing(sessions, [subscriptions]).hear_all(batch)

    async with unit_of_work(sessions, day.id) as session:
        told = {row.aggregate_id: row for row in await session.scalars(select(OutboxMessage))}
    for envelope in batch:
        row = told[envelope.open().id]
        assert (row.actor, row.correlation_id) == (envelope.actor, envelope.correlation_id)


async def test_a_fact_that_is_told_anew_fills_projections_and_has_no_effect(sessions: Sessions, day: Day) -> None:
    listener, copies = Listener(), []

    async def copy(_: AsyncSession, event: LetterRequested, __: Envelope) -> None:
        copies.append(event.id)

    projections = Subscriptions()
    projections.projection(LetterRequested)(copy)
    hearing = Hearing(sessions, [listener.subscriptions, projections])
    anew = enveloped(fact(day.id), announced=True)

    await hearing.hear_one(anew)
    await hearing.hear_all([anew, anew])

    assert copies == [anew.open().id] * 3
    assert await noted(sessions, day.id) == []


async def test_a_projection_may_take_a_batch_together_and_a_fact_that_comes_alone(sessions: Sessions, day: Day) -> None:
    subscriptions, taken = Subscriptions(), list[list[UUID]]()

    @subscriptions.projection_of_all(LetterRequested)
    async def take(_: AsyncSession, heard: Heard[LetterRequested]) -> None:
        taken.append([event.id for event, _ in heard])

    hearing = Hearing(sessions, [subscriptions, Listener().subscriptions])
    batch = [enveloped(fact(day.id)) for _ in range(3)]
    await hearing.hear_all(batch)
    await hearing.hear_one(batch[1])

    ids = [envelope.open().id for envelope in batch]
    assert taken == [ids, [ids[1]]]
    assert await noted(sessions, day.id) == ids


async def test_what_is_told_of_many_is_one_statement_and_the_newest_stays(sessions: Sessions, day: Day) -> None:
    def told(version: int, **changed: object) -> dict[str, object]:
        usual = {"name": {"fr": f"v{version}"}, "languages": ("fr", "ar"), "co_organisers": (day.id,), "patronage": {}}
        flags = {"demonstration": False, "invented": False, "protected": ()}
        known = {"tenant_id": day.id, "slug": day.slug, "country": "MA", "timezone": "Africa/Casablanca"}
        return {**known, **usual, **flags, "version": version, **changed}

    async def keep(*rows: dict[str, object]) -> list[object]:
        async with unit_of_work(sessions, day.id) as session:
            with counted_statements() as statements:
                news = await keep_all_newest(session, KnownTenant, rows, key=("tenant_id",))
            assert len(statements) == 1
            return [row["version"] for row in news]

    assert await keep(told(2), told(4), told(3)) == [4]
    assert await keep(told(3), told(4)) == []
    assert await keep(told(5, languages=("ar",))) == [5]
    async with unit_of_work(sessions, day.id) as session:
        kept = (await session.scalars(select(KnownTenant))).one()
    assert (kept.version, kept.name, kept.languages, kept.co_organisers) == (5, {"fr": "v5"}, ["ar"], [day.id])


async def test_who_asked_is_told_once_that_a_fact_was_given_up(sessions: Sessions, day: Day) -> None:
    listener, subscriptions = Listener(), Subscriptions()
    subscriptions.given_up(LetterRequested)(listener.note)
    hearing, given_up = Hearing(sessions, [subscriptions]), enveloped(fact(day.id))

    for _ in range(2):
        await hearing.park(given_up, "a reason")
    assert await noted(sessions, day.id) == [given_up.open().id]


async def test_a_fact_is_parked_even_where_nobody_can_say_so(sessions: Sessions, day: Day) -> None:
    listener, subscriptions = Listener(), Subscriptions()
    subscriptions.given_up(LetterRequested)(listener.note)
    unreadable = structs.replace(enveloped(fact(day.id, "bad")), body={"type": "letters.letter-requested"})
    for given_up in (enveloped(fact(day.id, "bad")), unreadable):
        await Hearing(sessions, [subscriptions]).park(given_up, "a reason")

    assert [row.reason for row in await parked_facts(sessions, day.id)] == ["a reason"] * 2
    assert await noted(sessions, day.id) == []


async def test_a_version_that_comes_late_is_ignored(sessions: Sessions, day: Day) -> None:
    await day.make_known(sessions)
    first = TenantChanged(
        tenant_id=day.id,
        id=day.id,
        version=2,
        slug=day.slug,
        name={"fr": "Deux"},
        country="MA",
        timezone="Africa/Casablanca",
        languages=("fr",),
        patronage={},
        co_organisers=(),
        protected=(),
    )
    envelope = enveloped(fact(day.id))
    async with unit_of_work(sessions, day.id) as session:
        await remember_tenant(session, structs.replace(first, version=3, name={"fr": "Trois"}), envelope)
        await remember_tenant(session, first, envelope)
        assert await session.scalar(select(KnownTenant.name)) == {"fr": "Trois"}


@pytest.mark.unit
def test_facts_travel_fifty_in_a_message_and_tasks_alone() -> None:
    day = Day()
    news = [enveloped(fact(day.id)) for _ in range(120)]
    task = structs.replace(news[0], type="outreach.letter-queued")
    messages = list(to_service("outreach", [*news[:60], task, *news[60:]]))

    assert sorted(len(message.args[0]) for message in messages) == [1, 20, 50, 50]
    assert NOW.isoformat().replace("+00:00", "Z") == messages[0].args[0][0]["occurred_at"]
