"""One trace runs from a request through the queue to what other services do about it."""

from collections.abc import Iterator

import pytest

from libs.observability.tracing import span, traceparent
from tests.infra.instance import Instance, command
from tests.observability.collector import Collector, Span
from tests.production.apart import Visitor

DAY = ("--country", "MA", "--timezone", "Africa/Casablanca", "--administrator", "ada@x.org")
FROM_OUTSIDE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OF_OUTSIDE = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")

BY_OUTSIDE = bytes.fromhex("b7ad6b7169203331")


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def visitor(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Yield a day's administrator on an instance that tells `collector` of its traces."""
    data = tmp_path_factory.mktemp("traced")
    with Instance(data, OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint) as instance:
        instance.says("ready: ")
        said = command(
            instance.environ, "tenant", "create", "salon", "--name", "fr=Salon", "--administrator-name", "A", *DAY
        )
        visitor = Visitor(instance.base_url)
        visitor.sign_in("salon", said.stdout.split()[-1])
        yield visitor


def test_a_request_is_followed_through_the_queue_to_the_projections_of_other_services(
    collector: Collector, visitor: Visitor
) -> None:
    organisation = {"slug": "fdi", "kind": "federation", "name": {"fr": "Fédération"}}
    path = "/api/v1/salon/organisations"
    answer = visitor.ask("POST", path, organisation, traceparent=FROM_OUTSIDE)
    assert answer.status_code == 201

    everything = collector.wait_for(lambda spans: len(_asked(spans)) == 1 and len(_heard(spans)) >= 2)
    (request,), heard = _asked(everything), _heard(everything)
    assert (request.process, request.name) == ("web", "POST /api/v1/{tenant}/organisations")
    assert {each.name.split(".")[1] for each in heard} == {"identity", "portal"}
    assert {each.process for each in heard} == {"worker"}
    assert {each.parent for each in heard} == {request.id}


def test_it_goes_on_in_what_a_handler_tells_in_its_turn(collector: Collector, visitor: Visitor) -> None:
    answer = visitor.ask("POST", "/api/v1/salon/sign-in-links", {"email": "ada@x.org", "language": "fr"})
    assert answer.is_success

    def all_is_told(spans: list[Span]) -> bool:
        names, facts = {each.name for each in spans}, {each.attributes.get("moussem.fact") for each in spans}
        return "POST /api/v1/{tenant}/sign-in-links" in names and "outreach.letter-queued" in facts

    spans = collector.wait_for(all_is_told)
    by_id = {each.id: each for each in spans}
    sending = next(each for each in spans if each.attributes.get("moussem.fact") == "outreach.letter-queued")
    drafting = by_id[sending.parent]
    assert drafting.attributes["moussem.fact"] == "letters.letter-requested"
    assert by_id[drafting.parent].name == "POST /api/v1/{tenant}/sign-in-links"
    assert not [each for each in spans if "ada@x.org" in str(each)], "no address is told"


def test_a_page_that_asks_other_services_is_one_trace(collector: Collector, visitor: Visitor) -> None:
    visitor.ask("GET", "/api/openapi.json", traceparent=FROM_OUTSIDE.replace("0af7", "0bf7"))
    ours = bytes.fromhex("0bf7651916cd43dd8448eb211c80319c")
    spans = collector.wait_for(lambda all_: sum(each.trace == ours for each in all_) >= 6)
    by_id = {each.id: each for each in spans}
    asked = [each for each in spans if each.trace == ours and each.parent in by_id]
    assert {each.attributes["moussem.service"] for each in asked} >= {"identity", "editions", "outreach"}
    assert {by_id[each.parent].attributes["moussem.service"] for each in asked} == {"portal"}


def test_nothing_is_told_and_nothing_carried_where_nobody_asked_for_it() -> None:
    with span("anything", parent=FROM_OUTSIDE) as current:
        assert current is None
        assert traceparent() is None


def _asked(spans: list[Span]) -> list[Span]:
    """Return the spans that go on the caller's own."""
    return [each for each in spans if each.trace == OF_OUTSIDE and each.parent == BY_OUTSIDE]


def _heard(spans: list[Span]) -> list[Span]:
    return [
        each
        for each in spans
        if each.trace == OF_OUTSIDE and each.attributes.get("moussem.fact") == "stakeholders.organisation-changed"
    ]
