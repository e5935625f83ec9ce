"""Trying again, without ever losing what is to be tried.

Dramatiq swallows the failure of a middleware and acknowledges the message all the same. Its retries are such a
middleware: while the broker cannot take the next try, a failed message would be gone with the last one.
"""

import time
from typing import Any

import dramatiq
import structlog
from dramatiq.broker import MessageProxy
from dramatiq.middleware import Retries
from typing_extensions import override

_PAUSE = 1.0  # seconds

log = structlog.get_logger(__name__)


class SureRetries(Retries):
    """Holds a failed message, and its thread, until the broker has taken its next try or parked it."""

    @override
    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        before = dict(message.options)
        while True:
            try:
                super().after_process_message(broker, message, result=result, exception=exception)  # type: ignore[no-untyped-call]
            except Exception as error:  # noqa: BLE001 (whatever it is, the message is not to be acknowledged)
                log.warning("the broker takes no retry: waiting", message=message.message_id, reason=str(error))
                message.options.clear()
                message.options.update(before)
                time.sleep(_PAUSE)
            else:
                return
