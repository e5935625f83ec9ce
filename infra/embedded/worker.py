"""All services' actors in one process, with the relay: `python -m infra.embedded.worker`."""

import os
import signal
import sys
import threading

from infra.embedded.services import composition_roots
from libs.config import Settings, read_settings
from libs.messaging.worker import Service, WorkerProcess
from libs.observability.logs import configure_logs


def services() -> list[Service]:
    """Return what each service's `worker.py` gives."""
    return [
        Service(name, root.subscriptions, getattr(root, "declare", None), getattr(root, "announce", None))
        for name, root in composition_roots("worker").items()
    ]


def run(settings: Settings, stopping: threading.Event) -> bool:
    """Work until `stopping` is set; return whether it was that which ended the work."""
    process = WorkerProcess(settings, services())
    process.start()
    try:
        while not stopping.wait(1.0):
            if not process.is_alive():
                return False
        return True
    finally:
        process.stop()


def main() -> None:
    configure_logs()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sys.exit(0 if run(read_settings(os.environ), stopping) else "the relay ended")


if __name__ == "__main__":
    main()
