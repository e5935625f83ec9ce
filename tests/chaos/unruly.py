"""The platform's worker with an unruly relay: it sends some messages twice, some late, and so in another order.

Put together as in production; what goes astray is never lost. `python -m tests.chaos.unruly`
"""

import os
import random
import signal
import threading
from collections.abc import Callable
from typing import Any

import dramatiq
from uuid_utils.compat import uuid7

from infra.worker import services
from libs.config import read_settings
from libs.messaging.worker import WorkerProcess
from libs.observability.logs import configure_logs

_LONGEST_DELAY = 1_500  # milliseconds
_CHANCE = 0.15  # of each
Enqueue = Callable[..., Any]


def _unruly(enqueue: Enqueue) -> Enqueue:
    def enqueue_somehow(message: dramatiq.Message[Any], *, delay: int | None = None) -> Any:
        if threading.current_thread().name != "relay":
            return enqueue(message, delay=delay)
        if random.random() < _CHANCE:
            enqueue(message.copy(message_id=str(uuid7())), delay=_some_delay())
        return enqueue(message, delay=_some_delay() if random.random() < _CHANCE else None)

    return enqueue_somehow


def _some_delay() -> int:
    return random.randrange(1, _LONGEST_DELAY)


if __name__ == "__main__":
    configure_logs()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    process = WorkerProcess(read_settings(os.environ), services())
    process.broker.enqueue = _unruly(process.broker.enqueue)  # type: ignore[method-assign]
    process.start()
    stopping.wait()
    process.stop()
