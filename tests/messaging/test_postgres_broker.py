from collections.abc import Iterator

import psycopg
import pytest
from dramatiq import Message
from uuid_utils.compat import uuid7

from libs.config import Settings, as_role
from libs.messaging.brokers import open_broker
from libs.messaging.postgres_broker import SteadyBroker, SteadyConsumer


@pytest.fixture
def broker(settings: Settings) -> Iterator[SteadyBroker]:
    broker = open_broker(settings)
    assert isinstance(broker, SteadyBroker)
    yield broker
    broker.close()


def take(consumer: SteadyConsumer, count: int) -> list[str]:
    taken = [next(consumer) for _ in range(count)]
    return [message.message_id for message in taken if message is not None]


def test_what_a_lost_consumer_had_claimed_is_taken_up_by_the_next_and_what_is_at_work_is_not(
    broker: SteadyBroker, settings: Settings
) -> None:
    queue = f"test-{uuid7().hex[-12:]}"
    sent = [
        broker.enqueue(Message[None](queue_name=queue, actor_name="any", args=(), kwargs={}, options={})).message_id
        for _ in range(3)
    ]
    lost = broker.consume(queue, prefetch=8, timeout=100)
    at_work = take(lost, 1)  # all three are claimed, one is handed on
    lost.close()  # as Dramatiq does when its connection breaks

    following = broker.consume(queue, prefetch=8, timeout=100)
    assert sorted([*at_work, *take(following, 2)]) == sorted(sent)
    assert next(following) is None

    following.ack(Message[None](queue_name=queue, actor_name="any", args=(), kwargs={}, options={}, message_id=sent[0]))
    following.close()
    with psycopg.connect(as_role(settings.broker_url, "broker")) as connection:
        left = connection.execute("SELECT count(*) FROM broker.queue WHERE queue_name = %s", (queue,)).fetchone()
    assert left == (2,)
