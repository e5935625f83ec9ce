"""Readers at the proxy: the programme beside a file as large from the same nginx, and how soon a release is seen."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.client import Load, ask, request, same
from bench.pairs import compare
from bench.platform import NotThere, free_port
from bench.public import AT_A_TIME, BROWSER, PAGE
from bench.releasing import move, sign_release
from bench.report import Row, at_most, not_measured, share, told
from bench.run import Run
from infra.health import answers
from infra.production.proxy import Proxy, program
from infra.supervising.ties import NotStarted
from libs.config import SERVICES

_LEAST, _MOST = 0.8, 2.0
_FILE = "/bench.bin"
_PATIENCE = 30.0  # seconds
_RELEASES = 3


async def measure(run: Run) -> list[Row]:
    try:
        program()
    except NotStarted as reason:
        return [not_measured("public programme through the proxy", str(reason))]
    with _proxy(run) as port:
        found = await compare(
            Load(port=port, requests=same(request(PAGE, BROWSER))),
            Load(port=port, requests=same(request(_FILE, BROWSER))),
            run.pace,
            connections=AT_A_TIME,
        )
        run.note("through the proxy", found)
        seen = [await _seen(run, port, number) for number in range(1, 2 if run.quick else 1 + _RELEASES)]
    of = f"a file of {run.lengths[PAGE]:,} bytes from the same nginx"
    return [
        share("public programme through the proxy", found.ratio, _LEAST, of, found.under),
        told("  … a second", found.ours, "answers/s", found.under),
        at_most("a release is seen through the proxy", max(seen), _MOST, "s"),
    ]


async def _seen(run: Run, port: int, number: int) -> float:
    """Return how long after the last signature readers get another programme."""
    wire = request(PAGE, BROWSER)
    before = (await ask(port, wire)).headers["etag"]
    await move(run.stage, run.ground, number)
    await sign_release(run.stage, run.ground)
    signed = time.perf_counter()
    async with asyncio.timeout(_PATIENCE):
        while (await ask(port, wire)).headers["etag"] == before:  # noqa: ASYNC110 (a reader who asks again)
            await asyncio.sleep(0.02)
    return time.perf_counter() - signed


@contextmanager
def _proxy(run: Run) -> Iterator[int]:
    """Run production's nginx in front of the platform's web process, with a file beside it."""
    folder, port = run.folder / "proxy", free_port()
    web = f"127.0.0.1:{run.platform.port}"
    proxy = Proxy(
        folder=folder,
        listen=f"127.0.0.1:{port}",
        internal=f"127.0.0.1:{free_port()}",
        host=web,
        webs={service: [web] for service in SERVICES},
    )
    for each in (run.folder, folder):
        each.mkdir(exist_ok=True)
        each.chmod(0o711)  # nginx's workers are nobody
    served = Path(folder / "served")
    served.mkdir()
    served.chmod(0o755)
    (served / _FILE[1:]).write_bytes(os.urandom(run.lengths[PAGE]))
    (served / _FILE[1:]).chmod(0o644)
    proxy.write()
    configuration = (folder / "nginx.conf").read_text()
    here = (
        f"keepalive_requests 1000000;\n        location = {_FILE} {{ root {served}; }}\n        location = /healthz {{"
    )
    (folder / "nginx.conf").write_text(configuration.replace("location = /healthz {", here, 1))
    folder.chmod(0o711)
    process = subprocess.Popen(proxy.command)  # noqa: S603 (our own nginx)
    try:
        until = time.monotonic() + _PATIENCE
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            if process.poll() is not None or time.monotonic() > until:
                raise NotThere("nginx does not start")
        yield port
    finally:
        process.terminate()
        process.wait()
