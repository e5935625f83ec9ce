"""`./moussem events`: what an operator does about facts that did not arrive."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from dramatiq import Broker

from infra.composition import composition_roots, serving
from libs.config import Settings
from libs.db.tenancy import connect
from libs.messaging.brokers import open_broker
from libs.messaging.dead_letters import dead_letters
from libs.messaging.relay import relay_connection
from libs.messaging.replay import announce, known_tenants, parked, replay_parked, replay_since

Say = Callable[[str], None]


def list_parked(settings: Settings, say: Say) -> None:
    found = 0
    for service in serving("worker"):
        with relay_connection(settings, service) as connection:
            for fact in parked(connection):
                found += 1
                reason = fact.reason.strip().rpartition("\n")[2]
                say(f"{service} {fact.id} {fact.type} {fact.parked_at:%Y-%m-%d %H:%M:%S} {reason}")
    say(f"{found} parked")
    lanes = [lane for root in composition_roots("worker").values() for lane in getattr(root, "LANES", ())]
    with _broker(settings) as broker:
        for dead in dead_letters(broker, [*serving("worker"), *lanes]):
            say(f"{dead.queue}: no worker can take this in: {dead.text!r}")


def bring_again(settings: Settings, service: str | None, fact: UUID | None, now: datetime, say: Say) -> None:
    """Bring what is parked (of one service; one fact) to its subscriber again."""
    with _broker(settings) as broker:
        for each in (service,) if service else serving("worker"):
            with relay_connection(settings, each) as connection:
                say(f"{each}: {replay_parked(connection, each, broker, now, fact=fact)} brought again")


def send_again(settings: Settings, service: str | None, since: datetime, say: Say) -> None:
    """Let the relays send again all that was sent since a moment: for a broker that lost what it had."""
    for each in (service,) if service else serving("worker"):
        with relay_connection(settings, each) as connection:
            say(f"{each}: {replay_since(connection, since)} sent again")


def announce_all(settings: Settings, service: str, now: datetime, say: Say) -> None:
    """Let a service tell all it owns anew: for a subscriber that is new or has lost its copy."""
    announcer = getattr(composition_roots("worker")[service], "announce", None)
    if announcer is None:
        say(f"{service} has nothing to announce")
        return
    with relay_connection(settings, service) as connection:
        tenants = known_tenants(connection)

    async def work() -> None:
        engine, sessions = connect(settings, service, connections=1)
        try:
            await announce(sessions, tenants, announcer, now)
        finally:
            await engine.dispose()

    asyncio.run(work())
    say(f"{service} has told {len(tenants)} tenants anew")


@contextmanager
def _broker(settings: Settings) -> Iterator[Broker]:
    broker = open_broker(settings)
    try:
        yield broker
    finally:
        broker.close()
