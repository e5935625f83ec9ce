"""`python -m bench [--quick] [--only NAME …] [--out FILE]`: measures, prints a table, writes `build/bench.json`."""

import argparse
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from bench import ceiling, cloning, facts, nominations, opening, proxied, public, report, starting, tokens
from bench.laying import lay_ground
from bench.platform import running_platform
from bench.report import Row
from bench.run import Run
from infra.demo.stage import opened

Measure = Callable[[Run], Awaitable[list[Row]]]

OF_THE_PLATFORM: dict[str, Measure] = {
    "pages": public.measure,
    "304": public.measure_unchanged,
    "list": nominations.measure_list,
    "nomination": nominations.measure_writing,
    "tokens": tokens.measure,
    "facts": facts.measure,
    "proxy": proxied.measure,
    "clone": cloning.measure,
    "opening": opening.measure,
    "ready": starting.measure,
}


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (this is the terminal)


async def measured(names: list[str], folder: Path, *, quick: bool) -> list[Row]:
    """Start the platform and its ceiling, make the data, and measure what is named."""
    rows: list[Row] = []
    with running_platform(folder / "platform") as platform:
        async with opened(platform.settings, say) as stage:
            say("making the data")
            ground = await lay_ground(stage)
            lengths = await public.lengths(platform.port)
            scripts = await nominations.note_scripts(stage, ground, platform.port)
            plan = ceiling.Plan(
                lengths=lengths,
                database=platform.settings.address("stakeholders", driver="postgresql"),
                reading=scripts.reading,
                writing=scripts.writing,
                claims=await tokens.claims_of(ground, platform.port),
            )
            with ceiling.running_ceiling(plan) as port:
                await ceiling.until_there(port)
                run = Run(
                    quick=quick,
                    folder=folder,
                    platform=platform,
                    stage=stage,
                    ground=ground,
                    ceiling=port,
                    lengths=lengths,
                    say=say,
                )
                for name in names:
                    rows += await OF_THE_PLATFORM[name](run)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Figures, each beside its ceiling.")
    parser.add_argument("--quick", action="store_true", help="try that it works; the figures mean nothing")
    parser.add_argument("--only", action="append", choices=[*OF_THE_PLATFORM], metavar="NAME")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="moussem-bench-") as folder:
        rows = uvloop.run(measured(given.only or list(OF_THE_PLATFORM), Path(folder), quick=given.quick))
    report.write(given.out, rows, load_before)
    say(report.table(rows))


if __name__ == "__main__":
    main()
