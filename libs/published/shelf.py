"""One web process's copies of published documents: bounded in bytes, least recently used go first.

Told of changes by NOTIFY over a direct connection; empty again after that connection was lost; and once a second a
look at the counter of changes, for the case that a notice was missed.
"""

import asyncio
from collections import OrderedDict
from typing import Any

import asyncpg
import structlog
from msgspec import Struct

from libs.config import Settings
from libs.observability.outages import Outage

log = structlog.get_logger(__name__)

LARGEST = 64 * 1024 * 1024  # bytes in all
_LOOK_EVERY = 1.0  # seconds


class Copy(Struct, frozen=True):
    """A document as it lies in the table."""

    content_type: bytes
    cache_control: bytes
    etag: bytes
    bodies: dict[bytes, bytes]  # by content coding

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))


class Shelf:
    """Copies by path. `changes` counts what made copies old, so that a slow read does not put back an old one.

    `hits` and `misses` count how often a document was asked for that was here, or in the table only.
    """

    def __init__(self, *, largest: int = LARGEST) -> None:
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._largest = largest
        self._size = 0
        self.changes = 0
        self.hits = self.misses = 0

    def get(self, path: str) -> Copy | None:
        copy = self._copies.get(path)
        if copy is not None:
            self._copies.move_to_end(path)
            self.hits += 1
        return copy

    def put(self, path: str, copy: Copy, *, read_at: int) -> None:
        """Keep a copy that was read when `changes` was `read_at`; not if something changed since."""
        self.misses += 1
        if read_at != self.changes:
            return
        self.forget(path, changed=False)
        self._copies[path] = copy
        self._size += copy.size
        while self._size > self._largest:
            _, oldest = self._copies.popitem(last=False)
            self._size -= oldest.size

    def forget(self, path: str, *, changed: bool = True) -> None:
        self.changes += changed
        copy = self._copies.pop(path, None)
        if copy is not None:
            self._size -= copy.size

    def clear(self) -> None:
        self.changes += 1
        self._copies.clear()
        self._size = 0


async def follow_changes(settings: Settings, service: str, shelf: Shelf) -> None:
    """Keep `shelf` as fresh as the table, until cancelled."""
    outage = Outage(log, "the database that tells of published documents", service=service)
    while True:
        try:
            await _listen(settings, service, shelf, outage)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            outage.met(error)
        shelf.clear()
        await asyncio.sleep(_LOOK_EVERY)


async def _listen(settings: Settings, service: str, shelf: Shelf, outage: Outage) -> None:
    connection = await asyncpg.connect(settings.address(service, driver="postgresql", direct=True))
    outage.over()
    try:

        def changed(_connection: Any, _pid: int, _channel: str, path: object) -> None:
            shelf.forget(str(path))

        await connection.add_listener(f"published_{service}", changed)
        shelf.clear()
        counted, seen = await _count(connection, service), shelf.changes
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            now = await _count(connection, service)
            if now != counted and shelf.changes == seen:
                shelf.clear()
            counted, seen = now, shelf.changes
    finally:
        await connection.close()


async def _count(connection: Any, service: str) -> int:
    return int(await connection.fetchval(f"SELECT last_value FROM {service}.published_changes"))  # noqa: S608 (ours)
