"""Figures as Prometheus reads them."""

import socket
import urllib.request
from contextlib import ExitStack, closing

from prometheus_client.parser import text_string_to_metric_families


class Figures:
    """What one process tells at its address, read once."""

    def __init__(self, address: str) -> None:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        self.samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of a name that have these labels; 0 where there is none."""
        return sum(
            sample.value for sample in self.samples if sample.name == name and labels.items() <= sample.labels.items()
        )

    @property
    def names(self) -> set[str]:
        return {sample.name for sample in self.samples}


def two_free_ports() -> int:
    """Return a port that is free, as the next one is too."""
    while True:
        with ExitStack() as probing:
            first, second = (probing.enter_context(closing(socket.socket())) for _ in range(2))
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
