from collections.abc import Iterator

import pytest
from dramatiq import Message
from dramatiq.common import dq_name, xq_name
from msgspec import structs
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.messaging.brokers import open_broker
from libs.messaging.quorum_broker import QuorumBroker
from tests.messaging.test_queue import RABBITMQ
from tests.production.servers import need


@pytest.fixture
def broker(settings: Settings) -> Iterator[QuorumBroker]:
    need("RabbitMQ")
    broker = open_broker(structs.replace(settings, broker_url=RABBITMQ))
    assert isinstance(broker, QuorumBroker)
    yield broker
    broker.close()


@pytest.fixture
def queue(broker: QuorumBroker) -> Iterator[str]:
    name = f"test-{uuid7().hex[-12:]}"
    yield name
    for each in (name, dq_name(name), xq_name(name)):
        broker.channel.queue_delete(each)


@pytest.mark.parametrize("settle", ["ack", "nack"])
def test_what_a_lost_connection_gave_settles_nothing_that_the_next_one_gives(
    broker: QuorumBroker, queue: str, settle: str
) -> None:
    sent = {
        broker.enqueue(Message[None](queue_name=queue, actor_name="any", args=(), kwargs={}, options={})).message_id
        for _ in range(2)
    }
    lost = broker.consume(queue, prefetch=1)
    at_work = next(lost)
    lost.close()  # as Dramatiq does when its connection breaks

    following = broker.consume(queue, prefetch=1)
    assert next(following) is not None
    getattr(following, settle)(at_work)  # the work that was begun before is done
    following.close()

    last = broker.consume(queue, prefetch=2)
    assert {message.message_id for message in (next(last), next(last)) if message} == sent
    last.close()
