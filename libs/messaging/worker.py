"""A worker process: Dramatiq's threads, one event loop, the relay; for one service, or for all of them together."""

import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from typing_extensions import override

from libs.config import Settings
from libs.db.tenancy import Sessions, connect
from libs.messaging.actors import Patience, declare
from libs.messaging.brokers import open_broker
from libs.messaging.lanes import LanedWorker
from libs.messaging.relay import Relay
from libs.messaging.subscriptions import Hearing, Subscriptions
from libs.zones import require_recent_zone_data

THREADS = 8
_FINISHES_WITHIN = 5_000  # milliseconds; what is not acknowledged by then (a broker that is away) comes again


class Service(Struct, frozen=True):
    """What a service's `worker.py` gives: what it hears, how it tells all it owns anew.

    `declare` makes actors of its own, and returns what it hears that sets them going; `lanes` are queues of theirs
    whose work takes minutes, with how many threads each has to itself.
    """

    name: str
    subscriptions: Callable[[Settings], tuple[Subscriptions, ...]]
    declare: Callable[[dramatiq.Broker, Sessions, Settings], tuple[Subscriptions, ...]] | None = None
    announce: Callable[[AsyncSession, datetime], Awaitable[None]] | None = None
    lanes: Mapping[str, int] = {}


class LoopMissing(Exception):
    """Dramatiq's event loop did not start: every message would fail."""


class ClosesEngines(Middleware):
    """Closes the services' pools in the loop that they belong to, before it ends."""

    def __init__(self) -> None:
        self.engines: dict[str, AsyncEngine] = {}

    @override
    def after_worker_shutdown(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        loop = get_event_loop_thread()
        if loop is not None:
            for engine in self.engines.values():
                loop.run_coroutine(engine.dispose())


class WorkerProcess:
    """All that one process does for `services`, from `start` to `stop`."""

    def __init__(self, settings: Settings, services: Sequence[Service], patience: Patience = Patience()) -> None:  # noqa: B008 (frozen)
        closing = ClosesEngines()
        self.engines = closing.engines
        self.broker = open_broker(settings, closing)
        for service in services:
            engine, sessions = connect(settings, service.name)
            self.engines[service.name] = engine
            heard = service.subscriptions(settings)
            if service.declare is not None:
                heard += service.declare(self.broker, sessions, settings)
            declare(self.broker, service.name, Hearing(sessions, heard), patience)
        # Only what is declared by now: the relay names other services' queues, whose messages are not for us.
        self._worker = LanedWorker(
            self.broker,
            lanes={queue: threads for service in services for queue, threads in service.lanes.items()},
            queues=self.broker.get_declared_queues(),
            worker_threads=THREADS,
        )
        name = f"{socket.gethostname()}-{os.getpid()}"
        self._relay = Relay(settings, tuple(service.name for service in services), self.broker, name=name)

    def start(self) -> None:
        """Raise `SettingWrong` where the zone data are too old to be right."""
        require_recent_zone_data()
        self._worker.start()
        if get_event_loop_thread() is None:
            raise LoopMissing
        self._relay.start()

    def is_alive(self) -> bool:
        return self._relay.is_alive()

    def stop(self) -> None:
        """Finish what runs, if that is soon, give back what waits, close everything."""
        self._relay.stop()
        self._worker.stop(_FINISHES_WITHIN)
        self.broker.close()
