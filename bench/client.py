"""Readers on keep-alive connections: as little work as HTTP/1.1 allows, so that it is the server that is measured."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import cast

from msgspec import Struct
from typing_extensions import override

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"
_STATUS = slice(9, 12)  # HTTP/1.1 200


class Load(Struct, frozen=True, kw_only=True):
    """What connections ask for, one request after the other; every answer must have `status`."""

    port: int
    requests: Callable[[], bytes]
    status: int = 200


class Answers(Struct, frozen=True):
    """What came back within `seconds`; `times` are seconds, shortest first. `busy` is how much of that we worked."""

    seconds: float
    times: list[float]
    wrong: int
    busy: float

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        return self.times[min(int(share * len(self.times)), len(self.times) - 1)]


class Answer(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes


class WrongAnswer(Exception):
    """The server did not answer what it must: no figure of such a run counts."""


def request(path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire; a body is JSON unless the headers say something else."""
    told = {"host": "127.0.0.1"}
    if body:
        told |= {"content-type": "application/json", "content-length": str(len(body))}
    told |= headers or {}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def same(wire: bytes) -> Callable[[], bytes]:
    return lambda: wire


async def put(load: Load, *, connections: int, seconds: float) -> Answers:
    """Keep so many connections asking for so long; raise `WrongAnswer` where even one answer is wrong."""
    loop = asyncio.get_running_loop()
    begun, worked = time.perf_counter(), time.process_time()
    readers = [_Reader(load, begun + seconds) for _ in range(connections)]
    for reader in readers:
        await loop.create_connection(
            cast("Callable[[], asyncio.Protocol]", lambda each=reader: each), port=load.port, host="127.0.0.1"
        )
    await asyncio.gather(*(reader.done for reader in readers))
    elapsed, busy = time.perf_counter() - begun, time.process_time() - worked
    wrong = sum(reader.wrong for reader in readers)
    if wrong:
        raise WrongAnswer(f"{wrong} answers were not {load.status}: {readers[0].last[:200]!r}")
    return Answers(elapsed, sorted(each for reader in readers for each in reader.times), wrong, busy / elapsed)


async def ask(port: int, wire: bytes) -> Answer:
    """Ask once, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(wire)
    head = await reader.readuntil(_END_OF_HEAD)
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    writer.close()
    headers = dict(line.decode().split(": ", 1) for line in head.strip().split(b"\r\n")[1:])
    return Answer(int(head[_STATUS]), {name.lower(): value for name, value in headers.items()}, body)


class _Reader(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last one is complete."""

    def __init__(self, load: Load, until: float) -> None:
        self._load = load
        self._until = until
        self._status = str(load.status).encode()
        self._head = b""
        self._missing = 0  # bytes of the body
        self._sent_at = 0.0
        self.times: list[float] = []
        self.wrong = 0
        self.last = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    @override
    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(_END_OF_HEAD)
            if end < 0:
                return
            length = _LENGTH.search(self._head, 0, end + 2)
            self._missing = end + len(_END_OF_HEAD) + (int(length[1]) if length else 0) - len(self._head)
        if not self._missing:
            self._answered()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.wrong += 1
            self.last = self._head or str(exc or "the connection was closed").encode()
            self.done.set_result(None)

    def _ask(self) -> None:
        self._head = b""
        self._sent_at = time.perf_counter()
        self._transport.write(self._load.requests())

    def _answered(self) -> None:
        now = time.perf_counter()
        if self._head[_STATUS] == self._status:
            self.times.append(now - self._sent_at)
        else:
            self.wrong += 1
            self.last = self._head
        if now < self._until:
            self._ask()
        else:
            self.done.set_result(None)
            self._transport.close()
