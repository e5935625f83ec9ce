"""The platform's worker by a clock that is not right: `python -m tests.chaos.skewed`, told by `Clock.environ`."""

import sys
import threading
import time

from infra.worker import main


def _sleep(seconds: float) -> None:
    """Debian's faketime 0.9.10 knows no sleep until a moment of the monotonic clock, which Python's is."""
    threading.Event().wait(seconds)


if __name__ == "__main__":
    time.sleep = _sleep  # type: ignore[assignment]
    main(sys.argv[1:])
