"""The large edition cloned: how long the database works for it, and how soon every service has its share."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import select

from bench.ground import FIRST_DAY, LARGE
from bench.report import Row, at_most
from bench.run import Run
from services.editions.cloning.commands import CloneEdition, clone_edition
from services.editions.cloning.models import CloneStep

_MOST_DATABASE, _MOST_REACHED = 150.0, 1.0
_CLONES = 5
_PATIENCE = 60.0  # seconds
_COPYING = ("editions", "stakeholders", "scheduling")
_DURATION = re.compile(r"^\[bench (?P<role>\w+)\].* duration: (?P<ms>[0-9.]+) ms")


async def measure(run: Run) -> list[Row]:
    """Clone 200 sessions, 400 seats, 30 rooms; count what PostgreSQL itself says that statements took."""
    worked, reached = [], []
    with _timed_statements(run) as log:
        for number in range(1 if run.quick else _CLONES):
            begun = log.stat().st_size
            reached.append(await _clone(run, number))
            worked.append(_worked(log, begun))
    run.say(f"clones: {', '.join(f'{each:.0f}' for each in worked)} ms of database time")
    what = "clone of 200 sessions, 400 seats, 30 rooms"
    return [
        at_most(f"{what}: database time of the three services", median(worked), _MOST_DATABASE, "ms"),
        at_most("  … all services reached", max(reached), _MOST_REACHED, "s"),
    ]


async def _clone(run: Run, number: int) -> float:
    """Clone, and return how long after the command all services had their share."""
    founder, slug = run.ground.administrator, f"clone-{number}"
    starts_on = FIRST_DAY + timedelta(days=364 * (number + 1))
    command = CloneEdition(
        clone_of=LARGE,
        slug=slug,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        city={"fr": "Fès"},
        region="fes-meknes",
    )
    begun = time.perf_counter()
    async with run.stage.work("editions", founder) as session:
        edition = (await clone_edition(session, founder, command, datetime.now(UTC))).id
    async with asyncio.timeout(_PATIENCE):
        while await _waiting(run, edition):  # noqa: ASYNC110 (what is waited for is in the database)
            await asyncio.sleep(0.02)
    return time.perf_counter() - begun


async def _waiting(run: Run, edition_id: UUID) -> bool:
    async with run.stage.work("editions", run.ground.administrator) as session:
        states = list(await session.scalars(select(CloneStep.state).filter_by(edition_id=edition_id)))
    return set(states) != {"done"}


@contextmanager
def _timed_statements(run: Run) -> Iterator[Path]:
    """Let PostgreSQL note how long each statement takes, and whose it is, while the block runs."""
    settings = {"log_min_duration_statement": "0", "log_line_prefix": "[bench %u] ", "log_parameter_max_length": "0"}
    with psycopg.connect(run.platform.superuser_address, autocommit=True) as connection:
        for name, value in settings.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)  # until every server process has read it
        yield run.platform.log
        for name in settings:
            connection.execute(f"ALTER SYSTEM RESET {name}".encode())
        connection.execute("SELECT pg_reload_conf()")


def _worked(log: Path, begun: int) -> float:
    """Return the milliseconds of all statements of the copying services noted since the log was so long."""
    with log.open("rb") as lines:
        lines.seek(begun)
        noted = [_DURATION.match(line.decode(errors="replace")) for line in lines]
    return sum(float(each["ms"]) for each in noted if each and each["role"] in _COPYING)
