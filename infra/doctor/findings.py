"""What an examination finds, and what examinations share."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.rows import dict_row

from libs.config import Settings, as_role

ANSWERS_WITHIN = 5  # seconds


class Finding(Struct, frozen=True):
    """Something that is wrong, and what to do about it."""

    what: str
    remedy: str


class Patient(Struct, frozen=True, kw_only=True):
    """What is examined. `lives`: its processes are meant to run; an instance that was stopped is not ill for that."""

    settings: Settings
    environ: Mapping[str, str]
    data: Path
    passwords: Mapping[str, str]
    clock: Callable[[], datetime]
    lives: bool
    apart: bool  # the services run apart on this machine, behind a proxy and a pooler

    @contextmanager
    def connected(self, role: str) -> "Iterator[psycopg.Connection[dict[str, Any]]]":
        """Connect as a role, past any pooler; raise `psycopg.OperationalError` where that cannot be."""
        address = self.settings.address(role, driver="postgresql", direct=True)
        if role in self.passwords:
            address = as_role(address, role, password=self.passwords[role])
        service = role.removesuffix("_relay")
        with psycopg.connect(
            address,
            connect_timeout=ANSWERS_WITHIN,
            row_factory=dict_row,
            options=f"-csearch_path={service}",
            application_name="moussem-doctor",
        ) as connection:
            yield connection


def reason(error: BaseException) -> str:
    """Return the last, and mostly the telling, line of what a driver says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if "FATAL" in line), lines[0] if lines else type(error).__name__)
