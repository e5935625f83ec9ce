import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import LiteralString
from urllib.parse import urlsplit
from uuid import UUID

import dramatiq
import psycopg
import pytest
from msgspec import to_builtins
from sqlalchemy import select, text
from uuid_utils.compat import uuid7

from libs.config import SERVICES, Settings, as_role
from libs.contracts.events import EditionChanged
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.brokers import open_broker
from libs.messaging.envelopes import HEAR
from libs.messaging.models import OutboxMessage
from libs.messaging.outbox import publish
from libs.messaging.relay import Connection, Relay, drain, relay_connection
from libs.messaging.replay import announce, known_tenants, replay_since
from libs.messaging.retention import forget
from services.editions import worker as editions
from services.editions.editions.commands import RecordEdition, record_edition
from tests.days import Day
from tests.messaging.facts import NOW, fact, until

TAG = EditionChanged.__struct_config__.tag
EDITION = RecordEdition(
    slug="2025",
    ordinal=3,
    starts_on=date(2025, 11, 3),
    ends_on=date(2025, 11, 4),
    city={"fr": "Rabat"},
    region="rabat-sale-kenitra",
    theme={"fr": "Le Made in Morocco"},
)


@pytest.fixture
def broker(settings: Settings) -> Iterator[dramatiq.Broker]:
    broker = open_broker(settings)
    yield broker
    broker.close()


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with relay_connection(settings, "outreach") as connection:
        yield connection


class Queue:
    """What lies on the queue for one tenant, in the order in which it will be taken."""

    def __init__(self, settings: Settings, tenant_id: UUID) -> None:
        self._address = as_role(settings.broker_url, "broker")
        self._tenant_id = str(tenant_id)

    def facts(self) -> list[str]:
        """Return the ids of what the facts are about."""
        with psycopg.connect(self._address) as connection:
            rows = connection.execute("SELECT message FROM broker.queue ORDER BY available_at, position").fetchall()
        heard = (message["args"][0] for (message,) in rows if message.get("actor_name", "").endswith(f".{HEAR}"))
        return [each["body"]["id"] for batch in heard for each in batch if each["tenant_id"] == self._tenant_id]


async def tell(sessions: Sessions, day: Day, count: int) -> list[str]:
    """Publish facts, each in a transaction of its own; return what they are about."""
    told = [fact(day.id) for _ in range(count)]
    for each in told:
        async with unit_of_work(sessions, day.id) as session:
            publish(session, each, NOW)
    return [str(each.id) for each in told]


def drain_all(connection: Connection, broker: dramatiq.Broker) -> int:
    sent = 0
    while batch := drain(connection, broker):
        sent += batch
    return sent


async def test_a_fact_that_is_committed_late_is_delivered_late_and_not_lost(
    sessions: Sessions, settings: Settings, connection: Connection, broker: dramatiq.Broker, day: Day
) -> None:
    """P10."""
    queue, late = Queue(settings, day.id), fact(day.id)
    async with unit_of_work(sessions, day.id) as holding:
        publish(holding, late, NOW)
        await holding.flush()  # its place in the outbox is the first; its commit waits
        early = await tell(sessions, day, 100)
        drain_all(connection, broker)
        assert queue.facts() == early
    drain_all(connection, broker)

    assert queue.facts() == [*early, str(late.id)]


async def test_relays_that_work_at_the_same_time_neither_double_nor_reorder(
    sessions: Sessions, settings: Settings, broker: dramatiq.Broker, day: Day
) -> None:
    queue, told = Queue(settings, day.id), set[str]()
    begun = threading.Barrier(4)

    def work() -> None:
        with relay_connection(settings, "outreach") as mine:
            begun.wait()
            while len(queue.facts()) < 500:
                drain(mine, broker)

    async with unit_of_work(sessions, day.id) as session:
        for _ in range(500):
            each = fact(day.id)
            told.add(str(each.id))
            publish(session, each, NOW)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(queue.facts()) == 500
    assert queue.facts() == await _in_outbox_order(settings, day)
    assert set(queue.facts()) == told


async def _in_outbox_order(settings: Settings, day: Day) -> list[str]:
    with relay_connection(settings, "outreach") as connection:
        rows = connection.execute("SELECT aggregate_id FROM outbox WHERE tenant_id = %s ORDER BY pos", (day.id,))
        return [str(row["aggregate_id"]) for row in rows]


async def test_a_fact_of_a_newer_version_of_the_code_waits_and_holds_up_nobody(
    sessions: Sessions, settings: Settings, connection: Connection, broker: dramatiq.Broker, day: Day
) -> None:
    event = fact(day.id)
    async with unit_of_work(sessions, day.id) as session:
        session.add(
            OutboxMessage(
                tenant_id=day.id,
                type="outreach.letter-burnt",
                aggregate_id=event.id,
                version=1,
                body=to_builtins(event),
                actor="system",
                correlation_id=str(uuid7()),
                occurred_at=NOW,
                announced=False,
            )
        )
    after = await tell(sessions, day, 1)
    drain_all(connection, broker)

    assert Queue(settings, day.id).facts() == after
    waiting = connection.execute("SELECT type FROM outbox WHERE tenant_id = %s AND sent_at IS NULL", (day.id,))
    assert waiting.fetchall() == [{"type": "outreach.letter-burnt"}]


async def test_a_relay_whose_connections_are_cut_goes_on_and_says_that_it_lives(
    sessions: Sessions, settings: Settings, superuser: str, broker: dramatiq.Broker, day: Day
) -> None:
    queue, name = Queue(settings, day.id), f"test-{day.id}"
    relay = Relay(settings, ("outreach",), broker, name=name)
    relay.start()
    try:
        told = await tell(sessions, day, 1)
        await until(lambda: _is(queue.facts, told))
        database = urlsplit(settings.database_url).path.strip("/")
        with psycopg.connect(superuser) as connection:
            cut = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'moussem-relay-outreach' AND datname = %s",
                (database,),
            ).fetchall()
        assert len(cut) == 2
        told += await tell(sessions, day, 1)
        await until(lambda: _is(queue.facts, told))
        async with sessions() as session:
            alive = text("SELECT seen_at > now() - interval '5 seconds' FROM worker WHERE name = :name")
            assert await session.scalar(alive, {"name": name})
    finally:
        relay.stop()
    assert not relay.is_alive()


async def test_a_relay_that_is_never_idle_says_that_it_lives_all_the_same(
    sessions: Sessions, settings: Settings, broker: dramatiq.Broker, day: Day
) -> None:
    name = f"test-{day.id}"
    seen: list[datetime] = []

    async def tells_on_and_was_seen_thrice() -> bool:
        await tell(sessions, day, 1)
        async with sessions() as session:
            at = await session.scalar(text("SELECT seen_at FROM worker WHERE name = :name"), {"name": name})
        seen.extend([at] if at is not None and at not in seen else [])
        return len(seen) == 3

    relay = Relay(settings, ("outreach",), broker, name=name)
    relay.start()
    try:
        await until(tells_on_and_was_seen_thrice)
    finally:
        relay.stop()


async def _is(look: Callable[[], list[str]], expected: list[str]) -> bool:
    return look() == expected


async def test_facts_are_sent_again_from_a_moment_on(
    sessions: Sessions, settings: Settings, connection: Connection, broker: dramatiq.Broker, day: Day
) -> None:
    told = await tell(sessions, day, 3)
    drain_all(connection, broker)
    row = connection.execute("SELECT min(sent_at) AS first FROM outbox WHERE tenant_id = %s", (day.id,)).fetchone()
    assert row is not None

    assert replay_since(connection, row["first"]) >= 3
    drain_all(connection, broker)

    assert Queue(settings, day.id).facts() == [*told, *told]


async def test_what_is_old_is_forgotten_and_effects_are_remembered_longer_than_facts(
    sessions: Sessions, connection: Connection, day: Day
) -> None:
    outbox: LiteralString = "SELECT id FROM outbox WHERE tenant_id = %s ORDER BY pos"
    inbox: LiteralString = "SELECT id FROM inbox WHERE tenant_id = %s ORDER BY id"
    remember = text(
        "INSERT INTO inbox (tenant_id, id, handler, received_at)"
        "VALUES (:tenant, :id, 'x', now() - make_interval(days => :days))"
    )
    await tell(sessions, day, 4)
    *sent, never_sent = [row["id"] for row in connection.execute(outbox, (day.id,))]
    async with unit_of_work(sessions, day.id) as session:
        for fact_id, days in zip(sent, (29, 31, 36), strict=True):
            past = timedelta(days=days)
            connection.execute("UPDATE outbox SET sent_at = now() - %s::interval WHERE id = %s", (past, fact_id))
            await session.execute(remember, {"tenant": day.id, "id": fact_id, "days": days})
    while forget(connection):
        pass

    assert [row["id"] for row in connection.execute(outbox, (day.id,))] == [sent[0], never_sent]
    assert [row["id"] for row in connection.execute(inbox, (day.id,))] == sent[:2]


async def test_what_an_idempotency_key_remembers_is_forgotten_after_a_day(
    sessions: Sessions, connection: Connection, day: Day
) -> None:
    key = text(
        "INSERT INTO idempotency_key (tenant_id, caller, key, fingerprint, created_at)"
        "VALUES (:tenant, 'x', :key, '', now() - make_interval(hours => :hours))"
    )
    async with unit_of_work(sessions, day.id) as session:
        for hours in (23, 25):
            await session.execute(key, {"tenant": day.id, "key": f"{hours} hours", "hours": hours})
    while forget(connection):
        pass

    async with unit_of_work(sessions, day.id) as session:
        assert (await session.scalars(text("SELECT key FROM idempotency_key"))).all() == ["23 hours"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_knows_whom_to_tell(settings: Settings, service: str) -> None:
    with relay_connection(settings, service) as connection:
        assert known_tenants(connection) == sorted(set(known_tenants(connection)))


async def test_a_service_tells_the_present_state_of_all_that_it_owns_anew(
    sessions_of: Callable[[str], Sessions], settings: Settings, day: Day
) -> None:
    mine = sessions_of("editions")
    await day.make_known(mine)
    async with unit_of_work(mine, day.id) as session:
        held = await record_edition(session, day.of_ministry, EDITION, NOW)
    with relay_connection(settings, "editions") as connection:
        assert day.id in known_tenants(connection)

    await announce(mine, [day.id], editions.announce, NOW)

    async with unit_of_work(mine, day.id) as session:
        told = (
            await session.scalars(select(OutboxMessage).filter_by(aggregate_id=held.id).order_by(OutboxMessage.id))
        ).all()
    assert [(row.type, row.announced) for row in told] == [(TAG, False), (TAG, True)]
