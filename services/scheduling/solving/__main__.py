"""`python -m services.scheduling.solving SECONDS`: a Problem in JSON comes in, lines of JSON go out (see lines.py).

SIGTERM keeps the best and ends with the last line; so does the end of the process that started this one.
"""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from time import monotonic

from msgspec.json import decode, encode

from services.scheduling.problem import Problem
from services.scheduling.solving.lines import Line
from services.scheduling.solving.search import Search

_EFFORT = 0.25  # deterministic seconds that are spent in a second on the two cores that this was measured on
_PATIENCE = 2.0  # how many times the seconds asked for a slower machine may take


def main(seconds: float) -> None:
    started, parent = monotonic(), os.getppid()
    search = Search(decode(sys.stdin.buffer.read(), type=Problem), seconds * _EFFORT, _say)
    signal.signal(signal.SIGTERM, lambda _number, _frame: search.stop())
    with ThreadPoolExecutor(1) as pool:  # signals reach Python while the main thread is not inside the solver
        outcome = pool.submit(search.run)
        while wait([outcome], timeout=0.5).not_done:
            if search.stopped or os.getppid() != parent or monotonic() > started + seconds * _PATIENCE:
                search.stop()
        _say(outcome.result())


def _say(line: Line) -> None:
    sys.stdout.buffer.write(encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]))
