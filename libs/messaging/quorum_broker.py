"""RabbitMQ with quorum queues (replicated, fsynced) in place of Dramatiq's classic ones."""

import sys
import time
from typing import Any

import structlog
from dramatiq.broker import MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker, _RabbitmqConsumer
from dramatiq.common import xq_name
from dramatiq.errors import BrokerConnectionError
from pika.exceptions import ConnectionBlockedTimeout
from typing_extensions import override

_KEPT = 7 * 24 * 3600 * 1000
_DELIVERIES = 1_000  # RabbitMQ 4 gives a message up after 20, past our parked facts: a crashing worker soon gets there
_BLOCKED_FOR = 1.0  # seconds: what RabbitMQ has not taken by then it will not take soon
_BLOCKED_AGAIN_AFTER = 5.0  # seconds until it is asked anew

log = structlog.get_logger(__name__)
_USUAL: Any = RabbitmqBroker.connection  # the property


class BrokerFull(BrokerConnectionError):
    """RabbitMQ is out of memory or disk: it takes no message, and says nothing until it does again."""


class QuorumBroker(RabbitmqBroker):
    """Who publishes is refused while RabbitMQ is full, instead of waiting for it for ever: the outbox keeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        parameters: Any = self.parameters
        parameters.blocked_connection_timeout = _BLOCKED_FOR
        self._full_until = float("-inf")

    @property  # type: ignore[explicit-override] # its deleter is meant, which cannot say so
    @override
    def connection(self) -> Any:
        if getattr(self.state, "connection", None) is None and time.monotonic() < self._full_until:
            raise BrokerFull("RabbitMQ is out of memory or disk, and takes nothing")  # type: ignore[no-untyped-call]
        return _USUAL.fget(self)

    @connection.deleter
    def connection(self) -> None:
        """Give a connection up, as Dramatiq does before it tries again whatever went wrong with it."""
        if isinstance(sys.exc_info()[1], ConnectionBlockedTimeout):
            self._full_until = time.monotonic() + _BLOCKED_AGAIN_AFTER
        _USUAL.fdel(self)

    @property
    @override
    def consumer_class(self) -> "type[QuorumConsumer]":
        return QuorumConsumer

    @override
    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        usual = super()._build_queue_arguments(queue_name)  # type: ignore[no-untyped-call]
        return {**usual, "x-queue-type": "quorum", "x-delivery-limit": _DELIVERIES}

    @override
    def _declare_xq_queue(self, queue_name: str) -> Any:
        arguments = {"x-message-ttl": _KEPT, "x-queue-type": "quorum"}
        return self.channel.queue_declare(queue=xq_name(queue_name), durable=True, arguments=arguments)


class QuorumConsumer(_RabbitmqConsumer):
    """Acknowledges what it was given itself, and nothing else.

    Tags begin at 1 with each connection: one that a lost connection gave to a message may by now be that of another,
    which nobody has worked on yet. What the lost one had given comes again; the inbox knows whether it had its effect.
    """

    @override
    def __next__(self) -> MessageProxy | None:
        message: Any = super().__next__()  # type: ignore[no-untyped-call]
        if message is not None:
            message.given_by = self
        return message  # type: ignore[no-any-return]

    @override
    def ack(self, message: Any) -> None:
        if self._gave(message):
            super().ack(message)  # type: ignore[no-untyped-call]

    @override
    def nack(self, message: Any) -> None:
        if self._gave(message):
            super().nack(message)  # type: ignore[no-untyped-call]

    def _gave(self, message: Any) -> bool:
        if message.given_by is self:
            return True
        log.info("a message of a lost connection comes again", message=message.message_id)
        return False
