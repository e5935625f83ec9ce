"""All services' actors in one process, with the relay: `python -m infra.embedded.worker`."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from infra.embedded.services import composition_roots
from libs.config import Settings, read_settings
from libs.db.tenancy import connect
from libs.messaging.actors import declare
from libs.messaging.brokers import open_broker
from libs.messaging.relay import Relay
from libs.messaging.subscriptions import Hearing
from libs.observability.logs import configure_logs

THREADS = 8


class ClosesEngines(Middleware):
    """Closes the services' pools in the loop that they belong to, before it ends."""

    def __init__(self, engines: Sequence[AsyncEngine]) -> None:
        self._engines = engines

    @override
    def after_worker_shutdown(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None:
            for engine in self._engines:
                loop.run_coroutine(engine.dispose())


def run(settings: Settings, stopping: threading.Event) -> bool:
    """Work until `stopping` is set; return whether it was that which ended the work."""
    engines: list[AsyncEngine] = []
    broker = open_broker(settings, ClosesEngines(engines))
    services = composition_roots("worker")
    for service, root in services.items():
        engine, sessions = connect(settings, service)
        engines.append(engine)
        declare(broker, service, sessions, Hearing(sessions, root.subscriptions(settings)))
    worker = dramatiq.Worker(broker, worker_threads=THREADS)
    relay = Relay(settings, tuple(services), broker, name=f"{socket.gethostname()}-{os.getpid()}")
    worker.start()
    relay.start()
    try:
        while not stopping.wait(1.0):
            if not relay.is_alive():
                return False
        return True
    finally:
        relay.stop()
        worker.stop()
        broker.close()


def main() -> None:
    configure_logs()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sys.exit(0 if run(read_settings(os.environ), stopping) else "the relay ended")


if __name__ == "__main__":
    main()
