"""Tasks that are sent within a trace go on in it. A fact's trace is in its envelope: several facts share a message."""

from contextlib import AbstractContextManager
from typing import Any

import dramatiq
from dramatiq.broker import MessageProxy
from dramatiq.middleware import Middleware
from typing_extensions import override

from libs.observability.tracing import TRACEPARENT, span, traceparent


class CarriesTrace(Middleware):
    """Writes the trace on each message that is sent within one; the work that it sets going is a span of that."""

    def __init__(self) -> None:
        self._open: dict[str, AbstractContextManager[Any]] = {}

    @override
    def before_enqueue(self, _broker: dramatiq.Broker, message: dramatiq.Message[Any], _delay: int | None) -> None:
        if parent := traceparent():
            message.options.setdefault(TRACEPARENT, parent)

    @override
    def before_process_message(self, _broker: dramatiq.Broker, message: MessageProxy) -> None:
        if parent := message.options.get(TRACEPARENT):
            work = span(message.actor_name, parent=parent, kind="CONSUMER")
            work.__enter__()
            self._open[message.message_id] = work

    @override
    def after_process_message(
        self,
        _broker: dramatiq.Broker,
        message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        if work := self._open.pop(message.message_id, None):
            trace = exception.__traceback__ if exception else None
            work.__exit__(type(exception) if exception else None, exception, trace)

    @override
    def after_skip_message(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        self.after_process_message(broker, message)
