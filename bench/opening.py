"""The opening of the programme: readers who ask again as soon as they are answered, one on each connection."""

from statistics import median

from bench.client import Load, put, request, same
from bench.platform import resident
from bench.public import BROWSER, PAGE
from bench.report import Conditions, Row, at_most, told
from bench.run import Run

_CONNECTIONS = (16, 64, 256)
_HELD_TO = 64  # connections, whose slowest answers have a bar
_MOST = 100.0  # ms
_MOST_GROWTH = 16.0  # MiB: flat
_SECONDS = 30.0


async def measure(run: Run) -> list[Row]:
    """Load one web process, all services in it; `put` raises where even one answer is wrong."""
    load = Load(port=run.platform.port, requests=same(request(PAGE, BROWSER)))
    await put(load, connections=max(_CONNECTIONS), seconds=0.2 if run.quick else 2.0)
    before, rows = resident(run.platform.web), []
    for connections in _CONNECTIONS:
        found = await put(load, connections=connections, seconds=0.3 if run.quick else _SECONDS)
        under = Conditions(connections)
        p99 = 1000 * found.quantile(0.99)
        what = f"opening, {connections} connections for {_SECONDS:.0f} s"
        rows.append(told(f"{what}: no error", found.rate, "answers/s", under))
        rows.append(
            at_most("  … p99", p99, _MOST, "ms", under)
            if connections == _HELD_TO
            else told("  … p99", p99, "ms", under)
        )
        run.say(f"{what}: {found.rate:,.0f}/s, median {1000 * median(found.times):.1f} ms, p99 {p99:.1f} ms")
    growth = resident(run.platform.web) - before
    rows.append(
        at_most("opening: the web process grows by", growth, _MOST_GROWTH, "MiB", Conditions(max(_CONNECTIONS)))
    )
    return [*rows, told("  … to", resident(run.platform.web), "MiB")]
