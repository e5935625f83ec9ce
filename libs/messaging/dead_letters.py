"""Messages that no worker could even read, or that crashed one again and again: they hold no fact that could be parked.

RabbitMQ keeps them for seven days in a queue beside each queue (`.XQ`), PostgreSQL for thirty in the queue's table.
"""

from collections.abc import Iterable

import dramatiq
from dramatiq.common import dq_name, xq_name
from dramatiq_postgres.utils import transaction
from msgspec import Struct
from psycopg.sql import SQL

from libs.messaging.postgres_broker import SteadyBroker
from libs.messaging.quorum_broker import QuorumBroker

_SHOWN = 100  # of each queue
_LONGEST = 200  # characters of each
_REJECTED = "SELECT queue_name, message::text FROM {} WHERE state = 'rejected' ORDER BY mtime LIMIT %s"


class DeadLetter(Struct, frozen=True):
    queue: str
    text: str  # the beginning of what it is


def dead_letters(broker: dramatiq.Broker, queues: Iterable[str]) -> list[DeadLetter]:
    """Return what was rejected of these queues, the oldest first, and leave it where it is."""
    if isinstance(broker, QuorumBroker):
        return [dead for queue in queues for dead in _of_rabbitmq(broker, queue)]
    if isinstance(broker, SteadyBroker):
        with transaction(broker.pool) as cursor:
            rows = cursor.execute(SQL(_REJECTED).format(broker.table), (_SHOWN,)).fetchall()
        mine = {name for queue in queues for name in (queue, dq_name(queue))}
        return [DeadLetter(queue, (text or "")[:_LONGEST]) for queue, text in rows if queue in mine]
    raise TypeError(broker)


def _of_rabbitmq(broker: QuorumBroker, queue: str) -> list[DeadLetter]:
    broker.declare_queue(queue, ensure=True)
    channel = broker.connection.channel()  # what it gets and does not settle goes back when it is closed
    found = list[DeadLetter]()
    while len(found) < _SHOWN:
        _, _, body = channel.basic_get(xq_name(queue))
        if body is None:
            break
        found.append(DeadLetter(xq_name(queue), body.decode(errors="replace")[:_LONGEST]))
    channel.close()
    return found
