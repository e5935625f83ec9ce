"""The ceiling: bare Litestar on the same server, in a process of its own, doing the same work by hand."""

import asyncio
import logging
import multiprocessing
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from typing import Any

import asyncpg
import msgspec
import uvloop
from joserfc import jwt
from joserfc.jwk import ECKey
from litestar import Litestar, Response, get, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from bench.by_hand import Script
from bench.client import ask, request
from bench.platform import NotThere, free_port
from infra.listening import LOOPBACK, Listening
from infra.web import serve

_CONNECTIONS = 4  # as a service's pool
_STARTS_WITHIN = 30.0  # seconds


class Plan(Struct, frozen=True, kw_only=True):
    """What it answers: hello; at each path of `lengths` as many bytes; the list, the writes, a token of these."""

    lengths: dict[str, int]
    database: str = ""  # asyncpg's address, as the service's role
    reading: Script | None = None
    writing: tuple[Script, ...] = ()
    claims: dict[str, Any] = {}


@contextmanager
def running_ceiling(plan: Plan) -> Iterator[int]:
    """Run it while the block runs; yield its port."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(plan, port), daemon=True)
    process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join()


async def until_there(port: int) -> None:
    """Return when a server answers; raise `NotThere`."""
    try:
        async with asyncio.timeout(_STARTS_WITHIN):
            while True:
                try:
                    await ask(port, request("/hello"))
                except (OSError, asyncio.IncompleteReadError):
                    await asyncio.sleep(0.02)
                else:
                    return
    except TimeoutError:
        raise NotThere("the ceiling does not start") from None


def _run(plan: Plan, port: int) -> None:
    logging.disable(logging.INFO)
    uvloop.run(serve(app(plan), Listening(LOOPBACK, port)))


def app(plan: Plan) -> Litestar:
    """Return the bare application."""
    pools: list[Any] = []

    @asynccontextmanager
    async def pooled(_: Litestar) -> AsyncIterator[None]:
        if plan.database:
            options = {"min_size": _CONNECTIONS, "max_size": _CONNECTIONS, "reset": _as_it_is}
            pools.append(await asyncpg.create_pool(plan.database, **options))
        yield
        for pool in pools:
            await pool.close()

    @get("/hello", media_type="text/plain")
    async def hello() -> str:
        return "hello"

    @get("/list")
    async def listed() -> Response[bytes]:
        assert plan.reading  # noqa: S101 (asked for by nobody otherwise)
        async with pools[0].acquire() as connection:
            rows = await plan.reading.run(connection)
        return Response(msgspec.json.encode({"items": list(map(dict, rows))}), media_type="application/json")

    scripts = cycle(plan.writing)

    @post("/write")
    async def written() -> Response[bytes]:
        async with pools[0].acquire() as connection:
            await next(scripts).run(connection)
        return Response(b'{"id":"","version":1,"state":"submitted"}', media_type="application/json")

    key = ECKey.generate_key("P-256")

    @post("/token", status_code=200)
    async def signed() -> dict[str, str]:
        return {"access_token": jwt.encode({"alg": "ES256", "typ": "at+jwt"}, plan.claims, key), "token_type": "Bearer"}

    routes = [hello, listed, written, signed, *(_bytes(path, length) for path, length in plan.lengths.items())]
    return Litestar(routes, lifespan=[pooled], openapi_config=None)


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Spare a connection the round trip that asyncpg cleans it with."""


def _bytes(path: str, length: int) -> HTTPRouteHandler:
    body = os.urandom(length)

    @get(path, media_type="text/html")
    async def answer() -> bytes:
        return body

    return answer
