"""How soon a service's web process is ready after it was started, beside a bare Litestar on the same server."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median

from bench.platform import NotThere, environment, free_port
from bench.report import Conditions, Row, at_most, told
from bench.run import Run
from infra.embedded.place import instance_settings
from infra.health import answers
from infra.supervising.child import ROOT

_SERVICE = "stakeholders"
_MOST = 3.0  # times as long
_NOISY = 1.3
_ROUNDS = 4
_PATIENCE = 60.0  # seconds


async def measure(run: Run) -> list[Row]:
    """Start both in turns: a service is ready when it finds its database, its migrations, its broker and its worker."""
    data = str(run.folder / "platform")
    given = environment(MOUSSEM_DATA=data, MOUSSEM_PORT=str(run.platform.port))
    environ = {**instance_settings(given), "MOUSSEM_LOG": "error"}
    bare, ours = [], []
    for _ in range(1 if run.quick else _ROUNDS):
        bare.append(_started(["bench.bare"], environ, "/hello"))
        ours.append(_started(["infra.web", _SERVICE], environ, "/readyz"))
    noisy = Conditions(noisy=max(bare) / min(bare) > _NOISY)
    run.say(f"ready: {median(ours):.2f} s, bare Litestar {median(bare):.2f} s")
    return [
        at_most(f"ready: {_SERVICE}", median(ours) / median(bare), _MOST, "times a bare Litestar", noisy),
        told("  … after", median(ours), "s", noisy),
    ]


def _started(module: Sequence[str], environ: Mapping[str, str], path: str) -> float:
    """Return how many seconds a process takes from its start to its first good answer."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 (our own modules)
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={**environ, "MOUSSEM_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.perf_counter() - begun > _PATIENCE:
                raise NotThere(" ".join(module))
            time.sleep(0.01)
        return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()
