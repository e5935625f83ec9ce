"""The simulated opening: every reader comes within the time, is answered in order, and waits where too few answer."""

import random

import pytest

from bench.opening_simulation import ASSETS, PAGE, Tier, arrivals, requests, serve

pytestmark = pytest.mark.unit


def test_half_of_the_readers_come_in_the_first_minute_and_all_in_the_time() -> None:
    came = arrivals(10_000, 10, random.Random(3))  # noqa: S311 (readers, not secrets)
    assert len(came) == 10_000
    assert 0 <= min(came) <= max(came) < 600
    assert 4_700 < sum(at < 60 for at in came) < 5_400


def test_each_reader_asks_for_the_page_and_all_that_belongs_to_it() -> None:
    sizes = [size for _, size in requests(100, 10, assets=True)]
    assert sizes.count(PAGE) == 100
    assert all(sizes.count(size) == 100 for size in ASSETS)
    assert len(requests(100, 10, assets=False)) == len(sizes) - 100 * len(ASSETS)


@pytest.mark.parametrize(("servers", "slowest"), [(1, 1_000.0), (2, 500.0), (10, 100.0)])
def test_who_comes_at_once_waits_for_those_before(servers: int, slowest: float) -> None:
    at_once = [(0.0, 1_000_000)] * 10
    found = serve(at_once, Tier("ten a second", 10, assets=True), servers)
    assert (found.requests, found.peak, found.megabits) == (10, 10, 80)
    assert found.slowest == pytest.approx(slowest)
