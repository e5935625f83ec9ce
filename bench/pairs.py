"""Ours beside its ceiling, in turns: ceiling, ours, ours, ceiling (ABBA), so that a machine's moods meet both."""

from statistics import median

from msgspec import Struct

from bench.client import Load, put
from bench.report import Conditions

_NOISY = 1.3  # the ceiling's own maximum over its minimum


class Pace(Struct, frozen=True):
    """How long one turn takes and how many rounds of four there are."""

    seconds: float
    rounds: int


class Comparison(Struct, frozen=True):
    """`ratio` is the median of ours over the ceiling beside it; rates are per second."""

    ratio: float
    ours: float
    ceiling: float
    p99: float  # seconds, the median of our turns
    under: Conditions
    busy: float  # of the client: near 1 it is the client that was measured


async def compare(ours: Load, ceiling: Load, pace: Pace, *, connections: int) -> Comparison:
    """Measure both in turns, each warmed up."""
    for load in (ours, ceiling):
        await put(load, connections=connections, seconds=pace.seconds / 4)
    ratios, mine, theirs = [], [], []
    for _ in range(pace.rounds):
        turns = [
            await put(load, connections=connections, seconds=pace.seconds) for load in (ceiling, ours, ours, ceiling)
        ]
        theirs += [turns[0], turns[3]]
        mine += [turns[1], turns[2]]
        ratios += [turns[1].rate / turns[0].rate, turns[2].rate / turns[3].rate]
    rates = [each.rate for each in theirs]
    return Comparison(
        ratio=median(ratios),
        ours=median(each.rate for each in mine),
        ceiling=median(rates),
        p99=median(each.quantile(0.99) for each in mine),
        under=Conditions(connections, noisy=max(rates) / min(rates) > _NOISY),
        busy=median(each.busy for each in (*mine, *theirs)),
    )
