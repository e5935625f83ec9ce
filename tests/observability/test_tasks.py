"""A task that is sent within a trace goes on in it, on both brokers; nothing is lost where it fails."""

import threading
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import dq_name, xq_name
from msgspec import structs
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.messaging.brokers import open_broker
from libs.observability.tracing import begin_tracing, end_tracing, span, traceparent
from tests.observability.collector import WAITS, Collector, Span
from tests.production.servers import need

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Yield who is told of the spans of this very process."""
    with Collector() as collector:
        begin_tracing(collector.endpoint, "test")
        yield collector
        end_tracing()


@pytest.mark.parametrize("kind", ["postgresql", "rabbitmq"])
def test_a_task_is_a_span_of_the_trace_that_it_was_sent_in_also_when_it_is_tried_again(
    settings: Settings, collector: Collector, kind: str
) -> None:
    if kind == "rabbitmq":
        need("RabbitMQ")
        settings = structs.replace(settings, broker_url=RABBITMQ)
    broker, queue = open_broker(settings), f"test-{uuid7().hex[-12:]}"
    inside, done = list[str | None](), threading.Event()

    async def work() -> None:
        inside.append(traceparent())
        if len(inside) == 1:
            raise NotYet
        done.set()

    actor = dramatiq.actor(actor_name=f"{queue}.work", queue_name=queue, broker=broker, min_backoff=10)(work)
    worker = dramatiq.Worker(broker, queues={queue, dq_name(queue)}, worker_threads=1, worker_timeout=100)
    worker.start()
    try:
        with span("outer"):
            outer = str(traceparent())
            actor.send()
        assert done.wait(WAITS)
    finally:
        worker.stop()
        if isinstance(broker, RabbitmqBroker):
            for name in (queue, dq_name(queue), xq_name(queue)):
                broker.channel.queue_delete(name)
        broker.close()
    assert traceparent() is None

    def both_are_told(spans: list[Span]) -> bool:
        return sum(each.name == f"{queue}.work" for each in spans) == 2

    worked = [each for each in collector.wait_for(both_are_told) if each.name == f"{queue}.work"]
    _, trace, parent, _ = outer.split("-")
    assert {each.trace.hex() for each in worked} == {trace}
    assert {each.parent.hex() for each in worked} == {parent}
    assert {each.id.hex() for each in worked} == {str(each).split("-")[2] for each in inside}


class NotYet(Exception):
    pass
