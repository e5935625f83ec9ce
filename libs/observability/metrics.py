"""What a process counts and times of its own work, for Prometheus.

What stands in a database or a broker (waiting facts, parked ones, queues) no process counts of itself, or two would
tell the same twice: `infra/standing.py` reads it, once.
"""

from prometheus_client import Counter, Gauge, Histogram

REQUEST_SECONDS = Histogram(
    "moussem_request_seconds",
    "Requests by the route that they fit: from the first byte asked to the last one answered",
    ("service", "method", "route", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
INBOX_DUPLICATES = Counter(
    "moussem_inbox_duplicates", "Effects that a fact brought again asked for, and that were had before", ("handler",)
)
SOLVE_SECONDS = Histogram(
    "moussem_solve_seconds",
    "How long a search for a programme took, by how it ended",
    ("ended",),
    buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900),
)
SOLVE_LOSS = Gauge("moussem_solve_loss", "What the best programme of the last search loses at each level", ("level",))
SOLVE_BOUND = Gauge(
    "moussem_solve_bound", "How low the level that the last search worked on could still go", ("level",)
)
