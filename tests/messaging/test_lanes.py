"""On both brokers: what takes minutes keeps no fact waiting."""

import threading
from collections.abc import AsyncIterator

import dramatiq
import pytest
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import dq_name, xq_name
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.db.tenancy import Sessions, connect
from libs.messaging.actors import declare
from libs.messaging.brokers import open_broker
from libs.messaging.envelopes import message
from libs.messaging.lanes import LanedWorker
from libs.messaging.subscriptions import Hearing
from libs.messaging.worker import ClosesEngines
from tests.days import Day
from tests.messaging.facts import Listener, enveloped, fact, noted, until
from tests.messaging.test_queue import RABBITMQ
from tests.production.servers import need

LANE = 2
THREADS = 4


class Road(Struct):
    """A worker with a lane for what is slow; all that is slow ends at once, when it is told to."""

    broker: dramatiq.Broker
    queue: str
    slow: dramatiq.Actor[[], None]
    end: threading.Event
    at_work: list[int]  # how many were, each time that one began
    done: list[int]


@pytest.fixture(params=["postgresql", "rabbitmq"])
async def road(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Road]:
    if request.param == "rabbitmq":
        need("RabbitMQ")
        settings = structs.replace(settings, broker_url=RABBITMQ)
    engine, sessions = connect(settings, "outreach")
    closing = ClosesEngines()
    closing.engines["outreach"] = engine
    broker, queue, listener = open_broker(settings, closing), f"test-{uuid7().hex[-12:]}", Listener()
    declare(broker, queue, Hearing(sessions, [listener.subscriptions]))
    end, lock, running = threading.Event(), threading.Lock(), [0]
    at_work, done = list[int](), list[int]()

    def slow() -> None:
        with lock:
            running[0] += 1
            at_work.append(running[0])
        end.wait(60)
        with lock:
            running[0] -= 1
            done.append(1)

    actor = dramatiq.actor(actor_name=f"{queue}.slow", queue_name=f"{queue}-slow", broker=broker)(slow)
    queues = {queue, f"{queue}-slow"}
    worker = LanedWorker(
        broker, lanes={f"{queue}-slow": LANE}, queues=queues, worker_threads=THREADS, worker_timeout=100
    )
    worker.start()
    yield Road(broker, queue, actor, end, at_work, done)
    end.set()
    worker.stop()
    if isinstance(broker, RabbitmqBroker):
        for name in (name for each in queues for name in (each, dq_name(each), xq_name(each))):
            broker.channel.queue_delete(name)
    broker.close()


async def test_facts_are_heard_while_more_is_slow_than_there_are_threads(
    road: Road, sessions: Sessions, day: Day
) -> None:
    slow = 2 * THREADS
    for _ in range(slow):
        road.slow.send()
    await until(lambda: _has(road.at_work, LANE))
    road.broker.enqueue(message(road.queue, [enveloped(fact(day.id))]))
    await until(lambda: _has_noted(sessions, day))
    assert road.done == []

    road.end.set()
    await until(lambda: _has(road.done, slow))
    assert max(road.at_work) == LANE


async def _has_noted(sessions: Sessions, day: Day) -> bool:
    return len(await noted(sessions, day.id)) == 1


async def _has(noticed: list[int], times: int) -> bool:
    return len(noticed) == times
