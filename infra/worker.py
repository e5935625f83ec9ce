"""The actors of the services named, or of all, in one process, with their relay: `python -m infra.worker SERVICE …`."""

import os
import signal
import sys
import threading
from collections.abc import Sequence

from infra.composition import composition_roots
from infra.observing import observed
from infra.standing import stand_of
from libs.config import Settings, read_settings
from libs.messaging.worker import Service, WorkerProcess
from libs.observability.logs import configure_logs


def services(named: Sequence[str] = ()) -> list[Service]:
    """Return what the `worker.py` of the services named, or of all, gives."""
    return [
        Service(
            name,
            root.subscriptions,
            declare=getattr(root, "declare", None),
            announce=getattr(root, "announce", None),
            lanes=getattr(root, "LANES", {}),
        )
        for name, root in composition_roots("worker", named).items()
    ]


def run(settings: Settings, named: Sequence[str], stopping: threading.Event) -> bool:
    """Work until `stopping` is set; return whether it was that which ended the work."""
    process = WorkerProcess(settings, services(named))
    process.start()
    try:
        while not stopping.wait(1.0):
            if not process.is_alive():
                return False
        return True
    finally:
        process.stop()


def main(named: Sequence[str]) -> None:
    configure_logs()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    settings = read_settings(os.environ)
    stand = () if named else (stand_of(settings, os.environ),)  # one worker for all: nobody else tells how all stand
    with observed(settings, "worker", named, *stand):
        worked = run(settings, named, stopping)
    sys.exit(0 if worked else "the relay ended")


if __name__ == "__main__":
    main(sys.argv[1:])
