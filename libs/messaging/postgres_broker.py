"""Dramatiq's broker in PostgreSQL, made to survive a restart of the server, and a message that is none.

`dramatiq-postgres` gives a consumer that lost its connection up and makes another one. What the first had claimed but
not yet handed on stays claimed by this process, which lives: nobody would ever take it. And a message that cannot be
read it would claim again and again, with all that it claimed beside it.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from dramatiq import Message
from dramatiq.common import q_name
from dramatiq.errors import DecodeError
from dramatiq_postgres.broker import QUERIES, PostgresBroker, PostgresConsumer
from dramatiq_postgres.utils import raise_connection_error, transaction
from psycopg.sql import SQL, Identifier
from typing_extensions import override

log = structlog.get_logger(__name__)

_REJECT = """
    UPDATE {} SET state = 'rejected', worker_id = NULL, mtime = now()
    WHERE queue_name = %s AND state = 'consumed' AND worker_id = %s AND message::text IS NOT DISTINCT FROM %s
"""
_GIVE_BACK = """
    UPDATE {} SET state = 'queued', worker_id = NULL, consumed_at = NULL, mtime = now()
    WHERE queue_name = %s AND state = 'consumed' AND worker_id = %s AND message_id <> ALL(%s::uuid[])
"""


class SteadyBroker(PostgresBroker):  # type: ignore[misc] # the package has no types
    def __init__(self, *, schema: str, **options: Any) -> None:
        self._held = threading.local()
        super().__init__(schema=schema, **options)
        self.table = Identifier(schema, "queue")
        self.handed_on: defaultdict[str, set[str]] = defaultdict(set)  # by queue: what this process's threads hold

    @property
    def pool(self) -> Any:
        """Where whoever asks gets connections; inside `together`, the one of this thread's transaction."""
        return getattr(self._held, "connection", self._pool)

    @pool.setter
    def pool(self, pool: Any) -> None:
        self._pool = pool

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send what this thread enqueues in the block without waiting for each answer, and commit it at once."""
        with self._pool.connection() as connection, connection.pipeline(), connection.transaction():
            self._held.connection = connection
            try:
                yield
            finally:
                del self._held.connection

    @override
    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30_000) -> "SteadyConsumer":
        return SteadyConsumer(broker=self, queue_name=queue_name, prefetch=prefetch, timeout=timeout)

    @override
    def close(self) -> None:
        super().close()
        self.pool.close()


class SteadyConsumer(PostgresConsumer):  # type: ignore[misc]
    """Begins by giving back what an earlier consumer of this process had claimed and not handed on.

    What cannot be read is rejected alone: it stays in the table for `./moussem events parked` to show.
    """

    def __init__(self, *, broker: SteadyBroker, queue_name: str, **options: Any) -> None:
        super().__init__(broker=broker, queue_name=queue_name, **options)
        self._gave_back = False
        if q_name(queue_name) == queue_name:
            self.in_processing = broker.handed_on[queue_name]  # what is delayed is never handed on

    @override
    @raise_connection_error  # type: ignore[untyped-decorator]
    def claim(self, limit: int) -> None:
        if not self._gave_back:
            with transaction(self.get_consume_conn()) as cursor:
                held = list(self.in_processing)
                cursor.execute(
                    SQL(_GIVE_BACK).format(self.broker.table), (self.queue_name, self.broker.worker_id, held)
                )
            self._gave_back = True
        with transaction(self.get_consume_conn()) as cursor:
            cursor.execute(QUERIES.CLAIM, (self.queue_name, limit, self.broker.worker_id))
            messages = [payload for (payload,) in cursor.fetchall()]
        for message in messages:
            try:
                self.buffer.append(Message.decode((message or "").encode()))
            except DecodeError:
                self._reject(message)

    def _reject(self, message: str | None) -> None:
        log.error("a message cannot be read: it is rejected", queue=self.queue_name)
        with transaction(self.get_consume_conn()) as cursor:
            rejected = SQL(_REJECT).format(self.broker.table)
            cursor.execute(rejected, (self.queue_name, self.broker.worker_id, message))
