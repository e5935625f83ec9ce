"""`make chaos`: the long storm on both topologies, and what came of it: `python -m tests.chaos [SEED]`.

Writes build/chaos.json, and docs/chaos.md for people.
"""

import asyncio
import logging
import os
import platform
import secrets
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec

from infra.supervising.child import ROOT
from tests.chaos.house import House, embedded, production
from tests.chaos.report import page
from tests.chaos.storm import Report, Storm

FACTS = 10_000
ROUNDS = 4  # of each kind of blow, at least
_TOPOLOGIES: dict[str, Callable[[Path], AbstractAsyncContextManager[House]]] = {
    "embedded": embedded,
    "production": production,
}


async def rage(seed: int) -> dict[str, Report]:
    reports = {}
    for topology, house_of in _TOPOLOGIES.items():
        _say(f"{topology}: {FACTS:,} facts, seed {seed}")
        with tempfile.TemporaryDirectory(prefix="moussem-", ignore_cleanup_errors=True) as folder:
            async with house_of(Path(folder)) as house:
                reports[topology] = report = await Storm(house, seed).rage(FACTS, ROUNDS)
        blows = sum(each.times for each in report.blows.values())
        _say(f"  {report.facts:,} facts in {report.seconds:.0f} s, {blows} blows")
        for sentence in (*report.left_out, *(report.faults or ["nothing lost, nothing doubled"])):
            _say(f"  {sentence}")
    return reports


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (this is the terminal)


def main() -> None:
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    reports = asyncio.run(rage(int(sys.argv[1]) if sys.argv[1:] else secrets.randbits(32)))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    (ROOT / "build").mkdir(exist_ok=True)
    written = msgspec.json.encode({"machine": machine, "topologies": reports})
    (ROOT / "build" / "chaos.json").write_bytes(msgspec.json.format(written))
    (ROOT / "docs" / "chaos.md").write_text(page(machine, reports))
    sys.exit(any(report.faults for report in reports.values()))


if __name__ == "__main__":
    main()
