"""Whether what services need is there: database, migrations, broker, and of each service a worker that lives."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import asyncpg
from msgspec import Struct

from libs.config import Settings
from libs.db.migrating import revisions

_ANSWERS_WITHIN = 2.0  # seconds
_ALIVE_FOR = "5 seconds"  # after a worker's last sign of life
_BROKER_WITHIN = 1.0
_NOBODYS = "moussem.readyz"  # no queue is called so


class Looked(Struct, frozen=True):
    """What is missing, and what is of newer code.

    Tables that are ahead are no reason to stop: migrations only add, and while processes are replaced, older ones work
    on them for a minute. Tables that are behind the code are.
    """

    missing: list[str]
    newer: list[str] = []


class Readiness:
    """What is looked at, with what this code expects to find."""

    def __init__(self, settings: Settings, services: Sequence[str]) -> None:
        self._settings = settings
        self._known = {service: revisions(service) for service in services}

    async def look(self) -> "Looked":
        """Return what is missing, in words (nothing when all is there), and which tables are of newer code."""
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                found = await asyncio.gather(self._broker(), *map(self._service, self._known))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            return Looked([f"database: {error or 'no answer'}"])
        return Looked(
            [what for each in found for what in each.missing], [what for each in found for what in each.newer]
        )

    async def _service(self, service: str) -> "Looked":
        connection = await asyncpg.connect(
            self._settings.address(service, driver="postgresql"),
            statement_cache_size=0,  # a pooler may stand before it
        )
        try:
            async with connection.transaction():
                revision = await connection.fetchval(f"SELECT max(version_num) FROM {service}.alembic_version")  # noqa: S608 (ours)
                alive = await connection.fetchval(
                    f"SELECT max(seen_at) > now() - interval '{_ALIVE_FOR}' FROM {service}.worker"  # noqa: S608 (ours)
                )
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError, asyncpg.InsufficientPrivilegeError):
            return Looked([f"migrations of {service}"])
        finally:
            await connection.close()
        known = self._known[service]
        return Looked(
            [
                *([f"migrations of {service}"] if revision in known[:-1] else []),
                *([] if alive else [f"worker of {service}"]),
            ],
            [] if revision in known else [f"tables of {service}: {revision}, and this code knows {known[-1]}"],
        )

    async def _broker(self) -> "Looked":
        broker = urlsplit(self._settings.broker_url)
        try:
            if broker.scheme == "postgresql":
                connection = await asyncpg.connect(self._settings.broker_address)
                try:
                    await connection.fetchval("SELECT count(*) FROM broker.worker")
                finally:
                    await connection.close()
            else:
                await asyncio.to_thread(_give_rabbitmq_something, self._settings.broker_url)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, BrokerTakesNothing) as error:
            return Looked([f"broker: {error}"])
        return Looked([])


class BrokerTakesNothing(Exception):
    """RabbitMQ is not there, does not know us, or is out of memory or disk."""


def _give_rabbitmq_something(address: str) -> None:
    """Publish a message that is nobody's: only who publishes is told that RabbitMQ is full."""
    import pika  # noqa: PLC0415 (only where RabbitMQ is the broker)

    parameters = pika.URLParameters(address)
    parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = _BROKER_WITHIN
    try:
        connection = pika.BlockingConnection(parameters)
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", _NOBODYS, b"")
        connection.close()
    except pika.exceptions.ConnectionBlockedTimeout as error:
        raise BrokerTakesNothing("RabbitMQ is out of memory or disk, and takes nothing") from error
    except pika.exceptions.AMQPError as error:
        raise BrokerTakesNothing(str(error) or type(error).__name__) from error
