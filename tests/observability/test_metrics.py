"""Each figure moves for the reason that it names, and for no other."""

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from dramatiq.common import q_name, xq_name
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from infra.embedded.postgresql import Cluster
from infra.standing import Queue, rabbitmq_queues
from infra.supervising.folder import free_port
from libs.config import SERVICES, Settings
from libs.messaging.brokers import open_broker
from libs.messaging.envelopes import message
from tests.infra.instance import Instance, command
from tests.messaging.facts import enveloped, fact
from tests.observability.figures import Figures, two_free_ports
from tests.production.apart import Visitor
from tests.production.servers import need

DAY = ("--country", "MA", "--timezone", "Africa/Casablanca", "--administrator", "ada@x.org")
WAITS = 60.0
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"


class House(Struct):
    """An instance whose processes tell their figures, and the link that signs its administrator in."""

    instance: Instance
    port: int
    link: str

    def web(self) -> Figures:
        return Figures(f"127.0.0.1:{self.port}")

    def worker(self) -> Figures:
        return Figures(f"127.0.0.1:{self.port + 1}")

    def execute(self, statement: str, *parameters: object) -> None:
        address = Cluster.of(self.instance.data).superuser_address
        with psycopg.connect(address, dbname="moussem") as connection:
            connection.execute(statement.encode(), parameters)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    port = two_free_ports()
    with Instance(tmp_path_factory.mktemp("counted"), MOUSSEM_METRICS=f"127.0.0.1:{port}") as instance:
        instance.says("ready: ")
        made = ("tenant", "create", "salon", "--name", "fr=Salon", "--administrator-name", "A", *DAY)
        yield House(instance, port, command(instance.environ, *made).stdout.split()[-1])


def grows(read: Callable[[], float], before: float) -> bool:
    """Wait until a figure is above what it was; return whether that came true."""
    until = time.monotonic() + WAITS
    while time.monotonic() < until:
        if read() > before:
            return True
        time.sleep(0.1)
    return False


def test_requests_are_timed_by_route_and_status(house: House) -> None:
    def count(**labels: str) -> float:
        return house.web().value("moussem_request_seconds_count", **labels)

    route = {"service": "identity", "method": "GET", "route": "/api/v1/{tenant}", "status": "200"}
    before, nobodys = count(**route), count(service="editions", status="404")
    for _ in range(3):
        Visitor(house.instance.base_url).ask("GET", "/api/v1/salon")
    Visitor(house.instance.base_url).ask("GET", "/api/v1/nowhere/editions")
    assert count(**route) == before + 3
    assert count(service="editions", status="404") == nobodys + 1
    assert house.web().value("moussem_request_seconds_sum", **route) > 0


def test_no_address_is_told(house: House) -> None:
    Visitor(house.instance.base_url).ask("GET", "/fr/salon/sign-in/very-secret")
    assert not [sample for sample in house.web().samples if "very-secret" in str(sample.labels)]


def test_published_documents_are_counted_by_where_they_were(house: House) -> None:
    path = "/fr/salon"
    visitor = Visitor(house.instance.base_url)
    assert grows(lambda: visitor.ask("GET", path).status_code == 200, 0)
    before = house.web()
    for _ in range(5):
        visitor.ask("GET", path)
    after = house.web()
    told = "moussem_published_reads_total"
    assert (
        after.value(told, service="portal", place="memory") == before.value(told, service="portal", place="memory") + 5
    )
    assert before.value(told, service="portal", place="database") >= 1


def test_a_fact_that_waits_is_counted_and_aged(house: House) -> None:
    assert house.worker().value("moussem_outbox_waiting", service="editions") == 0
    house.execute(
        "INSERT INTO editions.outbox (tenant_id, id, type, aggregate_id, version, body, actor, correlation_id,"
        " occurred_at, announced)"
        " VALUES (%s, %s, 'of.newer-code', %s, 1, '{}', 'x', 'x', now() - interval '1 hour', false)",
        uuid7(), uuid7(), uuid7(),
    )  # fmt: skip
    figures = house.worker()
    assert figures.value("moussem_outbox_waiting", service="editions") == 1
    assert figures.value("moussem_outbox_waiting", service="identity") == 0
    assert 3600 <= figures.value("moussem_outbox_oldest_seconds", service="editions") < 3700
    house.execute("DELETE FROM editions.outbox WHERE type = 'of.newer-code'")
    assert house.worker().value("moussem_outbox_oldest_seconds", service="editions") == 0


def test_what_is_parked_is_counted(house: House) -> None:
    house.execute(
        "INSERT INTO portal.parked (tenant_id, id, type, envelope, reason) VALUES (%s, %s, 'x', '{}', 'x')",
        uuid7(),
        uuid7(),
    )
    assert house.worker().value("moussem_parked", service="portal") == 1
    assert house.worker().value("moussem_parked") == 1
    house.execute("DELETE FROM portal.parked")


def test_effects_that_were_had_before_are_counted(house: House) -> None:
    visitor = Visitor(house.instance.base_url)
    visitor.sign_in("salon", house.link)
    visitor.sure("POST", "/api/v1/salon/sign-in-links", {"email": "ada@x.org", "language": "fr"})

    def duplicates() -> float:
        return house.worker().value(
            "moussem_inbox_duplicates_total", handler="services.outreach.letters.subscribers.keep_letter"
        )

    kept = "SELECT 1 FROM outreach.inbox WHERE handler LIKE '%keep_letter'"
    address = Cluster.of(house.instance.data).superuser_address
    with psycopg.connect(address, dbname="moussem", autocommit=True) as connection:
        assert grows(lambda: len(connection.execute(kept.encode()).fetchall()), 0)
    assert duplicates() == 0
    command(house.instance.environ, "events", "replay", "--since", "2020-01-01T00:00Z")
    assert grows(duplicates, 0)


def test_workers_say_that_they_live_and_one_process_alone_tells_how_all_stand(house: House) -> None:
    web, worker = house.web(), house.worker()
    told = [sample for sample in worker.samples if sample.name == "moussem_worker_seen_seconds"]
    assert {sample.labels["service"] for sample in told} == {*SERVICES}
    assert max(sample.value for sample in told) < 30
    assert worker.value("moussem_database_answers") == len(SERVICES)
    assert not web.names & {"moussem_worker_seen_seconds", "moussem_outbox_waiting", "moussem_parked"}


def test_messages_in_a_queue_and_its_dead_letters_are_counted(settings: Settings) -> None:
    need("RabbitMQ")
    queue = f"test-{uuid7().hex[-12:]}"
    broker = open_broker(structs.replace(settings, broker_url=RABBITMQ))
    broker.declare_queue(q_name(queue))
    for _ in range(3):
        broker.enqueue(message(queue, [enveloped(fact(uuid7()))]))
    broker.channel.basic_publish("", xq_name(queue), b"what nobody can read")  # type: ignore[attr-defined]
    try:
        assert grows(lambda: list(rabbitmq_queues(RABBITMQ, (queue,))) == [Queue(queue, 3, 1)], 0)
        assert list(rabbitmq_queues(RABBITMQ, ("not-there",))) == []
    finally:
        for name in (queue, f"{queue}.DQ", f"{queue}.XQ"):
            broker.channel.queue_delete(name)  # type: ignore[attr-defined]
        broker.close()


def test_the_embedded_brokers_queues_are_counted(house: House) -> None:
    assert house.worker().value("moussem_dead_letters", queue="portal") == 0
    house.execute(
        "INSERT INTO broker.queue (message_id, queue_name, state, message) VALUES (%s, 'portal', 'rejected', '{}')",
        uuid7(),
    )
    house.execute(
        "INSERT INTO broker.queue (message_id, queue_name, state, message) VALUES (%s, 'nobodys', 'queued', '{}')",
        uuid7(),
    )
    assert house.worker().value("moussem_dead_letters", queue="portal") == 1
    assert house.worker().value("moussem_queue_messages", queue="nobodys") == 1
    house.execute("DELETE FROM broker.queue WHERE state = 'rejected' OR queue_name = 'nobodys'")


def test_an_address_that_is_taken_is_said_by_its_variables_name(house: House) -> None:
    port = free_port()
    taken = f"127.0.0.1:{house.port}"
    code, said = Instance(house.instance.data.with_name("other"), MOUSSEM_PORT=str(port), MOUSSEM_METRICS=taken).ends()
    assert code == 1
    assert "MOUSSEM_METRICS names an address that cannot be used" in said
