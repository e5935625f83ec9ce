"""The storm: people work while blow after blow falls; then the sea is calm, and there is a reckoning."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from statistics import median

import httpx2
from msgspec import Struct

from tests.chaos.blows import Blow, blows, empty_broker, left_out
from tests.chaos.house import House
from tests.chaos.reckoning import Reckoning, reckon, settle
from tests.chaos.writing import Office

WRITERS = 4
HANDS = 2  # that deal blows at the same time, on different parts
_LONGEST_LULL = 1.0  # seconds between two blows of one hand


class Figures(Struct, frozen=True):
    """Of one kind of blow: how often it fell, and how long it took until a write begun after it was acknowledged."""

    times: int
    median_seconds: float
    longest_seconds: float


class Report(Struct, frozen=True, kw_only=True):
    seed: int
    facts: int
    acknowledged_writes: int
    answers_instead: dict[str, int]
    blows: dict[str, Figures]
    left_out: list[str]
    seconds: float
    settled_seconds: float
    letters: int
    held_letters: int  # that the mail server may have: somebody is to decide
    longest_letter_seconds: float
    lost_messages: int  # that waited in the broker when it lost all
    faults: list[str]


class Storm:
    def __init__(self, house: House, seed: int) -> None:
        self._house = house
        self._chance = random.Random(seed)
        self._seed = seed
        self._parts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._fell: defaultdict[str, list[float]] = defaultdict(list)

    async def rage(self, facts: int, rounds: int) -> Report:
        """Work until so many facts were caused and each kind of blow fell so often; return what came of it."""
        begun, moment = time.monotonic(), datetime.now(UTC)
        async with httpx2.AsyncClient() as client:
            office = Office(self._house, client)
            await office.open()
            await self._while_people_work(office, lambda: self._deal_blows(office, facts, rounds))
            calm = time.monotonic()
            await settle(self._house, office)
            settled = time.monotonic() - calm
            after_blows = await asyncio.to_thread(reckon, self._house, office)
            lost = await self._lose_the_broker(office, facts // 20, moment)
            at_the_end = await asyncio.to_thread(reckon, self._house, office)
        return self._report(office, after_blows, at_the_end, lost, time.monotonic() - begun, settled)

    async def _while_people_work(self, office: Office, until: Callable[[], Awaitable[None]]) -> None:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WRITERS):
                tasks.create_task(office.work(stop))
            try:
                await until()
            finally:
                stop.set()

    async def _deal_blows(self, office: Office, facts: int, rounds: int) -> None:
        dealt = blows(self._house)
        waiting = [kind for _ in range(rounds) for kind in self._chance.sample(sorted(dealt), len(dealt))]

        async def hand() -> None:
            while waiting or office.acknowledged.facts < facts:
                kind = waiting.pop() if waiting else self._chance.choice(sorted(dealt))
                await self._deal(kind, dealt[kind])
                await asyncio.sleep(self._chance.uniform(0, _LONGEST_LULL))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(HANDS):
                tasks.create_task(hand())

    async def _deal(self, kind: str, blow: Blow) -> None:
        @asynccontextmanager
        async def hold(part: str) -> AsyncIterator[None]:
            async with self._parts[part]:
                self._fell[kind].append(time.monotonic())
                yield

        await blow(self._house, self._chance, hold)

    async def _lose_the_broker(self, office: Office, facts: int, since: datetime) -> int:
        """Let the broker lose all it has while people work, then send all again from `since` on, as operators do."""
        lost = 0
        wanted = office.acknowledged.facts + facts

        async def lose() -> None:
            nonlocal lost
            while not lost or office.acknowledged.facts < wanted:
                lost += await empty_broker(self._house)

        await self._while_people_work(office, lose)
        await self._house.operate("events", "replay", "--since", since.isoformat())
        await settle(self._house, office)
        return lost

    def _report(  # noqa: PLR0913, PLR0917 (what came of it)
        self,
        office: Office,
        after_blows: Reckoning,
        at_the_end: Reckoning,
        lost: int,
        seconds: float,
        settled: float,
    ) -> Report:
        acknowledged = office.acknowledged
        return Report(
            seed=self._seed,
            facts=at_the_end.facts,
            acknowledged_writes=len(acknowledged.times),
            answers_instead=dict(acknowledged.failures),
            blows={kind: _figures(fell, acknowledged.times) for kind, fell in sorted(self._fell.items())},
            left_out=left_out(self._house),
            seconds=round(seconds, 1),
            settled_seconds=round(settled, 1),
            letters=at_the_end.letters,
            held_letters=at_the_end.held,
            longest_letter_seconds=round(max(after_blows.longest_letter, at_the_end.longest_letter), 1),
            lost_messages=lost,
            faults=[
                *(f"after the blows: {fault}" for fault in after_blows.faults),
                *(f"after the broker had lost all: {fault}" for fault in at_the_end.faults),
            ],
        )


def _figures(fell: list[float], writes: list[tuple[float, float]]) -> Figures:
    """Return how long it took after each blow until a write that was begun after it was acknowledged."""
    waits = [min((done - blow for begun, done in writes if begun >= blow), default=0.0) for blow in fell]
    return Figures(len(fell), round(median(waits), 2), round(max(waits), 2))
