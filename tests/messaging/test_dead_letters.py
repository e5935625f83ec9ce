"""On both brokers: a message that cannot be read harms no other one, and an operator sees it."""

from collections.abc import AsyncIterator

import dramatiq
import psycopg
import pytest
from dramatiq.common import dq_name, xq_name
from msgspec import structs
from uuid_utils.compat import uuid7

from libs.config import Settings, as_role
from libs.db.tenancy import Sessions, connect
from libs.messaging.actors import declare
from libs.messaging.brokers import open_broker
from libs.messaging.dead_letters import dead_letters
from libs.messaging.envelopes import message
from libs.messaging.quorum_broker import QuorumBroker
from libs.messaging.subscriptions import Hearing
from libs.messaging.worker import ClosesEngines
from tests.days import Day
from tests.messaging.facts import Listener, enveloped, fact, noted, until
from tests.messaging.test_queue import RABBITMQ, Post
from tests.production.servers import need

POISON = '{"no": "message"}'


@pytest.fixture(params=["postgresql", "rabbitmq"])
async def post(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Post]:
    """Yield a worker that begins when there is something on its queue."""
    if request.param == "rabbitmq":
        need("RabbitMQ")
        settings = structs.replace(settings, broker_url=RABBITMQ)
    engine, sessions = connect(settings, "outreach")
    closing = ClosesEngines()
    closing.engines["outreach"] = engine
    broker, queue, listener = open_broker(settings, closing), f"test-{uuid7().hex[-12:]}", Listener()
    declare(broker, queue, Hearing(sessions, [listener.subscriptions]))
    worker = dramatiq.Worker(broker, queues={queue}, worker_threads=2, worker_timeout=100)
    post = Post(broker, queue, listener)
    poison(post, settings)
    worker.start()
    yield post
    worker.stop()
    if isinstance(broker, QuorumBroker):
        for name in (queue, dq_name(queue), xq_name(queue)):
            broker.channel.queue_delete(name)
    broker.close()


def poison(post: Post, settings: Settings) -> None:
    """Put something on the queue, before all else, that is no message."""
    if isinstance(post.broker, QuorumBroker):
        post.broker.declare_queue(post.queue, ensure=True)
        post.broker.channel.basic_publish("", post.queue, POISON.encode())
        return
    with psycopg.connect(as_role(settings.broker_url, "broker"), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO broker.queue (message_id, queue_name, state, message) VALUES (%s, %s, 'queued', %s)",
            (uuid7(), post.queue, POISON),
        )


async def test_what_cannot_be_read_is_shown_and_holds_up_nothing(post: Post, sessions: Sessions, day: Day) -> None:
    for _ in range(3):
        post.broker.enqueue(message(post.queue, [enveloped(fact(day.id))]))
    await until(lambda: _has_noted(sessions, day, 3))
    await until(lambda: _shows(post))
    await until(lambda: _shows(post))  # it stays where it is


async def _shows(post: Post) -> bool:
    return [dead.text for dead in dead_letters(post.broker, [post.queue])] == [POISON]


async def _has_noted(sessions: Sessions, day: Day, facts: int) -> bool:
    return len(await noted(sessions, day.id)) == facts
