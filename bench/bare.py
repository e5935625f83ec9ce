"""A bare Litestar by itself: `python -m bench.bare`, on the port in MOUSSEM_PORT."""

import asyncio
import os
import signal

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, get


@get("/hello", media_type="text/plain")
async def hello() -> str:
    return "hello"


async def serve() -> None:
    app = Litestar([hello], openapi_config=None)
    server = Server(app, address="127.0.0.1", port=int(os.environ["MOUSSEM_PORT"]), interface=Interfaces.ASGI)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    await server.serve()


if __name__ == "__main__":
    uvloop.run(serve())
