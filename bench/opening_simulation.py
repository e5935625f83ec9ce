"""The opening as it would be: `python -m bench.opening_simulation [--readers N] [--figures FILE]`.

A minister names the programme on television: half of all readers come within the first minute, fewer in each that
follows. Each loads the page and what belongs to it, and looks again after some minutes (a 304). Each request is served,
in the order in which it came, by the first free server; servers are as fast as measured.
"""

import argparse
import heapq
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

PAGE, DATA = 10_000, 12_000  # bytes as they are sent (br), of a real day: three times the made-up one of the bench
ASSETS = (3_300, 800, 200, 31_400, 22_900)  # style, script, mark, two fonts; immutable: asked for once
_DATA_SHARE = 0.2  # readers who take the calendar or the data along
_AGAIN_SHARE, _AGAIN_AFTER = 0.5, 180.0  # readers who look again, seconds later on average
_READ_AFTER = 0.3  # seconds: the page has come and was read
_FIRST_MINUTE = 0.5  # of all readers
_NOT_MODIFIED = 300  # bytes
_MEASURED = {"public programme through the proxy": 28_000.0, "public programme page": 19_000.0}  # answers/s, as a rule
_BITS = 8 / 1e6


class Tier(Struct, frozen=True):
    """Who answers: how many answers a second, and whether assets are asked of it at all."""

    name: str
    rate: float
    assets: bool


class Outcome(Struct, frozen=True):
    requests: int
    peak: int  # requests in the busiest second
    megabits: float  # in the busiest second
    busy: float  # share of the busiest minute
    p99: float  # ms from the request to its answer
    slowest: float


def arrivals(readers: int, minutes: float, chance: random.Random) -> list[float]:
    """Return when each reader comes, in seconds: so many in the first minute, then ever fewer."""
    halves = [_FIRST_MINUTE**number for number in range(1, int(minutes) + 1)]
    spread = [share / sum(halves) for share in halves]
    begins = chance.choices(range(len(spread)), weights=spread, k=readers)
    return [60 * minute + 60 * chance.random() for minute in begins]


def requests(readers: int, minutes: float, *, assets: bool, seed: int = 1) -> list[tuple[float, int]]:
    """Return each request's moment and the bytes of its answer, in order."""
    chance, asked = random.Random(seed), []  # noqa: S311 (readers, not secrets)
    for at in arrivals(readers, minutes, chance):
        asked.append((at, PAGE))
        if assets:
            asked += [(at + _READ_AFTER, size) for size in ASSETS]
        if chance.random() < _DATA_SHARE:
            asked.append((at + 10 * chance.random(), DATA))
        if chance.random() < _AGAIN_SHARE:
            asked.append((at + chance.expovariate(1 / _AGAIN_AFTER), _NOT_MODIFIED))
    return sorted(asked)


def serve(asked: list[tuple[float, int]], tier: Tier, servers: int) -> Outcome:
    """Let servers answer one after the other, as fast together as `servers` times the tier's rate."""
    free = [0.0] * servers
    taken = 1 / tier.rate
    seconds: dict[int, list[float]] = {}
    waits = []
    for at, size in asked:
        begun = max(at, heapq.heappop(free))
        heapq.heappush(free, begun + taken)
        waits.append(begun + taken - at)
        counted = seconds.setdefault(int(at), [0, 0])
        counted[0] += 1
        counted[1] += size
    waits.sort()
    minute = max(sum(seconds.get(begin + each, [0])[0] for each in range(60)) for begin in range(0, 600, 10))
    return Outcome(
        requests=len(asked),
        peak=int(max(count for count, _ in seconds.values())),
        megabits=max(size for _, size in seconds.values()) * _BITS,
        busy=minute / 60 / (tier.rate * servers),
        p99=1000 * waits[int(0.99 * len(waits))],
        slowest=1000 * waits[-1],
    )


def measured(figures: Path) -> dict[str, float]:
    """Return the rates that `make bench` measured here, or those of the machine that the documents were written on."""
    rates = dict(_MEASURED)
    rows: list[dict[str, Any]] = msgspec.json.decode(figures.read_bytes())["rows"] if figures.exists() else []
    for row, following in pairwise(rows):
        if row["what"] in rates and following["unit"] == "answers/s":
            rates[row["what"]] = float(following["figure"])
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.opening_simulation")
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--figures", type=Path, default=Path("build/bench.json"))
    given = parser.parse_args()
    rates = measured(given.figures)
    proxy, page = rates["public programme through the proxy"], rates["public programme page"]
    tiers = [
        (Tier("one proxy", proxy, assets=True), 1),
        (Tier("one proxy, assets from a CDN", proxy, assets=False), 1),
        (Tier("one web process, no proxy", page, assets=True), 1),
        (Tier("a proxy of a tenth of the speed", proxy / 10, assets=True), 1),
        (Tier("three times the readers", proxy, assets=True), 1),
    ]
    lines = [f"{given.readers:,} readers in {given.minutes:g} minutes; proxy {proxy:,.0f}/s, web process {page:,.0f}/s"]
    lines.append(
        f"{'who answers':34}{'requests':>10}{'peak/s':>9}{'Mbit/s':>9}{'busy':>7}{'p99 ms':>10}{'slowest':>10}"
    )
    for tier, servers in tiers:
        readers = given.readers * (3 if tier.name.startswith("three") else 1)
        found = serve(requests(readers, given.minutes, assets=tier.assets), tier, servers)
        lines.append(
            f"{tier.name:34}{found.requests:>10,}{found.peak:>9,}{found.megabits:>9,.0f}{found.busy:>7.0%}"
            f"{found.p99:>10,.2f}{found.slowest:>10,.1f}"
        )
    print("\n".join(lines))  # noqa: T201 (this is the terminal)


if __name__ == "__main__":
    main()
