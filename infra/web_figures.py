"""What a web process counts: its requests, and how often a published document was at hand."""

from collections.abc import Iterator, Mapping

from litestar.types import ASGIApp
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from libs.config import Settings
from libs.observability.requests import Observed
from libs.published.serving import Published
from libs.published.shelf import Shelf


def told_of(settings: Settings, app: ASGIApp, service: str) -> ASGIApp:
    """Return an application whose requests are told of, where anybody asks for it; else the application itself."""
    return Observed(app, service) if settings.metrics or settings.traces_url else app


class Shelves(Collector):
    """How often the copies of published documents were at hand. The copies count for themselves: it costs least."""

    def __init__(self, apps: Mapping[str, object]) -> None:
        self._shelves: dict[str, Shelf] = {
            service: app.shelf for service, app in apps.items() if isinstance(app, Published)
        }

    @override
    def collect(self) -> Iterator[Metric]:
        told = CounterMetricFamily(
            "moussem_published_reads", "Published documents asked for, by where they were", labels=("service", "place")
        )
        for service, shelf in self._shelves.items():
            told.add_metric((service, "memory"), shelf.hits)
            told.add_metric((service, "database"), shelf.misses)
        yield told
