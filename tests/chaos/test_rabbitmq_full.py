"""RabbitMQ that is out of memory stops reading what publishers send: they wait, for ever if nobody minds."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pika
import pytest
from msgspec import json, structs

from infra.readiness import Readiness
from infra.supervising.child import Child
from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.brokers import open_broker
from libs.messaging.outbox import publish
from libs.messaging.quorum_broker import QuorumBroker
from libs.messaging.relay import Relay, relay_connection
from tests.chaos.servers import RabbitMQ
from tests.days import Day
from tests.messaging.facts import NOW, fact, until

_HEARTBEATS = "SELECT count(*) AS alive FROM worker WHERE name = %s AND seen_at > %s"
CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


@pytest.fixture(scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RabbitMQ]:
    node = RabbitMQ.in_folder(tmp_path_factory.mktemp("rabbitmq"), {})
    mapper, child = Child(node.mapper), Child(node.plan)
    await mapper.start()
    await child.start()
    yield node
    child.kill()
    await child.stop()
    await mapper.stop()


def give_memory(node: RabbitMQ, amount: str) -> None:
    words = [CONTROL, "-q", "-n", node.environ["RABBITMQ_NODENAME"], "set_vm_memory_high_watermark", "absolute", amount]
    subprocess.run(words, env=node.environ, check=True, capture_output=True)


def on_the_queue(node: RabbitMQ) -> set[str]:
    """Take what lies on outreach's queue; return what its facts are about."""
    connection = pika.BlockingConnection(pika.URLParameters(node.address))
    channel, found = connection.channel(), set[str]()
    while (body := channel.basic_get("outreach", auto_ack=True)[2]) is not None:
        found |= {each["body"]["id"] for each in json.decode(body)["args"][0]}
    connection.close()
    return found


async def test_a_relay_neither_hangs_nor_loses_while_rabbitmq_is_full_and_readiness_says_so(
    node: RabbitMQ, settings: Settings, sessions_of: Callable[[str], Sessions]
) -> None:
    settings, day = structs.replace(settings, broker_url=node.address), Day()
    sessions, name = sessions_of("outreach"), f"test-{day.id}"
    broker = open_broker(settings)
    assert isinstance(broker, QuorumBroker)
    relay, readiness = Relay(settings, ("outreach",), broker, name=name), Readiness(settings, ())
    assert (await readiness.look()).missing == []
    await asyncio.to_thread(give_memory, node, "1")
    relay.start()
    try:
        facts = [fact(day.id) for _ in range(3)]
        for each in facts:
            async with unit_of_work(sessions, day.id) as session:
                publish(session, each, NOW)
        await until(lambda: _says(readiness, ["broker: RabbitMQ is out of memory or disk, and takes nothing"]))
        later = datetime.now(UTC) + timedelta(seconds=6)  # longer than any one try to publish
        await until(lambda: _lives(settings, name, later))
        assert await _waiting(settings, day) == 3

        await asyncio.to_thread(give_memory, node, "1GB")
        await until(lambda: _is_told(settings, day))
        await until(lambda: _says(readiness, []))
    finally:
        relay.stop()
        broker.close()
    assert not relay.is_alive()
    assert {str(each.id) for each in facts} <= on_the_queue(node)  # what earlier tests left is told, too


async def _says(readiness: Readiness, missing: list[str]) -> bool:
    return (await readiness.look()).missing == missing


async def _lives(settings: Settings, name: str, since: datetime) -> bool:
    """Whether a worker has told since then that it lives: one that hangs does not."""
    with relay_connection(settings, "outreach") as connection:
        return connection.execute(_HEARTBEATS, (name, since)).fetchone() == {"alive": 1}


async def _waiting(settings: Settings, day: Day) -> int:
    with relay_connection(settings, "outreach") as connection:
        statement = "SELECT count(*) AS waiting FROM outbox WHERE tenant_id = %s AND sent_at IS NULL"
        found = connection.execute(statement, (day.id,)).fetchone()
    return found["waiting"] if found else 0


async def _is_told(settings: Settings, day: Day) -> bool:
    return await _waiting(settings, day) == 0
