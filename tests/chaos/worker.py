"""The platform's worker with a death in it: `python -m tests.chaos.worker POINT NTH`.

Put together as in production; what differs is only that it kills itself, by SIGKILL, at the nth passage of a point.
"""

import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import dramatiq
from dramatiq.broker import MessageProxy
from dramatiq.middleware import Middleware
from sqlalchemy import event
from typing_extensions import override

from infra.worker import services
from libs.config import read_settings
from libs.messaging.worker import WorkerProcess
from libs.observability.logs import configure_logs

BEFORE_COMMIT = "before-commit"  # of a handler: its effects are written, and not yet there
BEFORE_ACK = "before-ack"  # its effects are there, and the queue does not know
BEFORE_MARK = "before-mark"  # a fact is on the queue, and the outbox does not know
POINTS = (BEFORE_COMMIT, BEFORE_ACK, BEFORE_MARK)


class Death:
    """Comes at the nth call."""

    def __init__(self, nth: int) -> None:
        self._nth = nth
        self._passages = itertools.count(1)

    def pass_by(self, *_: object) -> None:
        if next(self._passages) == self._nth:
            os.kill(os.getpid(), signal.SIGKILL)


class DiesBeforeAck(Middleware):
    def __init__(self, death: Death) -> None:
        self._death = death

    @override
    def before_ack(self, _broker: dramatiq.Broker, _message: MessageProxy) -> None:
        self._death.pass_by()


def lay_ambush(process: WorkerProcess, point: str, nth: int) -> None:
    death = Death(nth)
    if point == BEFORE_COMMIT:
        for engine in process.engines.values():
            event.listen(engine.sync_engine, "commit", death.pass_by)
    elif point == BEFORE_ACK:
        process.broker.add_middleware(DiesBeforeAck(death))
    else:
        process.broker.enqueue = _dying_after(process.broker.enqueue, death)  # type: ignore[method-assign]


def _dying_after(enqueue: Callable[..., Any], death: Death) -> Callable[..., Any]:
    def enqueue_and_die(message: dramatiq.Message[Any], *, delay: int | None = None) -> Any:
        enqueued = enqueue(message, delay=delay)
        if threading.current_thread().name == "relay":
            death.pass_by()
        return enqueued

    return enqueue_and_die


if __name__ == "__main__":
    configure_logs(level="WARNING")
    process = WorkerProcess(read_settings(os.environ), services())
    lay_ambush(process, sys.argv[1], int(sys.argv[2]))
    process.start()
    signal.pause()
