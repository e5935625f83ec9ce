"""On both brokers: what the queue does with facts that fail."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import closing

import dramatiq
import pytest
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import current_millis, dq_name, xq_name
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.db.absence import DatabaseAway
from libs.db.tenancy import Sessions, connect
from libs.messaging.actors import Patience, declare
from libs.messaging.brokers import open_broker
from libs.messaging.envelopes import Envelope, message
from libs.messaging.relay import relay_connection
from libs.messaging.replay import parked, replay_parked
from libs.messaging.subscriptions import Hearing
from libs.messaging.worker import ClosesEngines
from tests.days import Day
from tests.messaging.facts import Listener, enveloped, fact, noted, parked_facts, remembered, until

TRIES = 3  # until a fact is parked
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"


class Post(Struct):
    """A worker that hears facts from a queue of its own."""

    broker: dramatiq.Broker
    queue: str
    listener: Listener

    def deliver(self, *envelopes: Envelope) -> None:
        self.broker.enqueue(message(self.queue, list(envelopes)))


@pytest.fixture(params=["postgresql", "rabbitmq"])
async def post(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Post]:
    if request.param == "rabbitmq":
        _need_rabbitmq()
        settings = structs.replace(settings, broker_url=RABBITMQ)
    engine, sessions = connect(settings, "outreach")
    closing_engines = ClosesEngines()
    closing_engines.engines["outreach"] = engine
    broker, queue, listener = open_broker(settings, closing_engines), f"test-{uuid7().hex[-12:]}", Listener()
    declare(broker, queue, Hearing(sessions, [listener.subscriptions]), Patience(retries=TRIES - 1, first_pause=50))
    worker = dramatiq.Worker(broker, queues={queue}, worker_threads=4, worker_timeout=100)
    worker.start()
    yield Post(broker, queue, listener)
    worker.stop()
    if isinstance(broker, RabbitmqBroker):
        for name in (queue, dq_name(queue), xq_name(queue)):
            broker.channel.queue_delete(name)
    broker.close()


def _need_rabbitmq() -> None:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", 5672)) == 0:
            return
    if os.environ.get("CI") == "true":
        pytest.fail("RabbitMQ must answer on 127.0.0.1:5672")
    pytest.skip("no RabbitMQ on 127.0.0.1:5672")


async def test_facts_arrive_and_take_effect_once_however_often_they_are_sent(
    post: Post, sessions: Sessions, day: Day
) -> None:
    batch = [enveloped(fact(day.id)) for _ in range(50)]
    for _ in range(3):
        post.deliver(*batch)
        post.deliver(batch[7])

    await until(lambda: _has(sessions, day, len(batch)))
    assert sorted(await noted(sessions, day.id)) == sorted(envelope.open().id for envelope in batch)


async def test_a_bad_fact_in_a_batch_is_parked_alone_with_its_reason_and_the_others_take_effect(
    post: Post, sessions: Sessions, day: Day
) -> None:
    good = [enveloped(fact(day.id)) for _ in range(9)]
    bad = enveloped(fact(day.id, "bad"))
    post.deliver(*good[:4], bad, *good[4:])

    await until(lambda: _has(sessions, day, len(good), parked=1))
    (kept,) = await parked_facts(sessions, day.id)
    assert kept.id == bad.id
    assert "NotHeard" in kept.reason
    assert await remembered(sessions, day.id) == len(good)


async def test_a_parked_fact_is_shown_and_replayed_once_it_can_be_heard(
    post: Post, sessions: Sessions, settings: Settings, day: Day
) -> None:
    """P12."""
    bad = enveloped(fact(day.id, "bad"))
    post.deliver(bad)
    await until(lambda: _has(sessions, day, 0, parked=1))

    with relay_connection(settings, "outreach") as connection:
        (shown,) = [each for each in parked(connection) if each.tenant_id == day.id]
        assert (shown.id, shown.type) == (bad.id, "letters.letter-requested")
        post.listener.mended = True
        assert replay_parked(connection, post.queue, post.broker, shown.parked_at, fact=bad.id) == 1

    await until(lambda: _has(sessions, day, 1))
    assert await parked_facts(sessions, day.id) == []


async def test_a_fact_that_this_code_does_not_know_is_parked_and_holds_up_nobody(
    post: Post, sessions: Sessions, day: Day
) -> None:
    strange = structs.replace(enveloped(fact(day.id)), type="outreach.letter-burnt")
    post.deliver(enveloped(fact(day.id)), strange)

    await until(lambda: _has(sessions, day, 1, parked=1))


async def test_a_failed_fact_is_held_while_the_broker_takes_no_retry(
    post: Post, sessions: Sessions, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = post.broker.enqueue
    refused: list[str] = []

    def enqueue(message: dramatiq.Message[object], *, delay: int | None = None) -> dramatiq.Message[object]:
        if delay and len(refused) < 2:
            refused.append(message.message_id)
            raise ConnectionError
        post.listener.mended = len(refused) == 2
        return take(message, delay=delay)

    monkeypatch.setattr(post.broker, "enqueue", enqueue)
    post.deliver(enveloped(fact(day.id, "bad")))

    await until(lambda: _has(sessions, day, 1))
    assert len(refused) == 2


async def test_a_fact_that_fails_because_something_is_away_is_tried_for_as_long_as_that_lasts(
    post: Post, sessions: Sessions, day: Day
) -> None:
    post.listener.failure = DatabaseAway
    post.deliver(enveloped(fact(day.id, "bad")))

    await until(lambda: _has_failed(post, 2 * TRIES))
    post.listener.mended = True
    await until(lambda: _has(sessions, day, 1))


async def test_a_failed_fact_waits_no_longer_than_was_meant_though_the_clock_is_wrong(
    post: Post, sessions: Sessions, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    def an_hour_ahead() -> int:
        post.listener.mended = True
        return current_millis() + 3_600_000

    for broker in ("dramatiq_postgres.broker", "dramatiq.brokers.rabbitmq"):
        monkeypatch.setattr(f"{broker}.current_millis", an_hour_ahead)  # of who sends it to wait
    post.deliver(enveloped(fact(day.id, "bad")))

    await until(lambda: _has(sessions, day, 1))


async def _has_failed(post: Post, times: int) -> bool:
    return post.listener.failed >= times


async def _has(sessions: Sessions, day: Day, effects: int, *, parked: int = 0) -> bool:
    there = len(await noted(sessions, day.id)), len(await parked_facts(sessions, day.id))
    return there == (effects, parked)
