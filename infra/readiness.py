"""Whether what services need is there: database, migrations, broker, and of each service a worker that lives."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import asyncpg

from libs.config import Settings
from libs.db.migrating import newest

_ANSWERS_WITHIN = 2.0  # seconds
_ALIVE_FOR = "5 seconds"  # after a worker's last sign of life
_AMQP_PORT = 5672


class Readiness:
    """What is looked at, with what this code expects to find."""

    def __init__(self, settings: Settings, services: Sequence[str]) -> None:
        self._settings = settings
        self._newest: Mapping[str, str | None] = {service: newest(service) for service in services}

    async def missing(self) -> list[str]:
        """Return what is missing, in words; nothing when all is there."""
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                found = await asyncio.gather(self._broker(), *map(self._service, self._newest))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            return [f"database: {error or 'no answer'}"]
        return [what for each in found for what in each]

    async def _service(self, service: str) -> list[str]:
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
            return [f"migrations of {service}"]
        finally:
            await connection.close()
        return [
            *([] if revision == self._newest[service] else [f"migrations of {service}"]),
            *([] if alive else [f"worker of {service}"]),
        ]

    async def _broker(self) -> list[str]:
        broker = urlsplit(self._settings.broker_url)
        try:
            if broker.scheme == "postgresql":
                connection = await asyncpg.connect(self._settings.broker_address)
                try:
                    await connection.fetchval("SELECT count(*) FROM broker.worker")
                finally:
                    await connection.close()
            else:
                _, writer = await asyncio.open_connection(broker.hostname, broker.port or _AMQP_PORT)
                writer.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            return [f"broker: {error}"]
        return []
