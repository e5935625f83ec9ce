"""A worker that hears facts, as production's: `python -m bench.listener`. Its effect is its inbox row, and no more."""

import os
import signal
import sys
import threading

from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings, read_settings
from libs.contracts.events import SpeakerChanged
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from libs.messaging.worker import Service, WorkerProcess
from services.scheduling.known.subscribers import subscriptions as known

TELLING, HEARING = "stakeholders", "scheduling"

noticing = Subscriptions()


@noticing.effect(SpeakerChanged)
async def notice(_: AsyncSession, __: SpeakerChanged, ___: Envelope) -> None:
    """Have no effect but the inbox's own."""


def heard(_: Settings) -> tuple[Subscriptions, ...]:
    return known, noticing


def main() -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    worker = WorkerProcess(read_settings(os.environ), [Service(TELLING, lambda _: ()), Service(HEARING, heard)])
    worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    stopping.wait()
    worker.stop()


if __name__ == "__main__":
    main()
