"""Trying again, without ever losing what is to be tried.

Dramatiq swallows the failure of a middleware and acknowledges the message all the same. Its retries are such a
middleware: while the broker cannot take the next try, a failed message would be gone with the last one.

An outage is not the fact's fault. What fails because the database or whatever else is away is tried for as long as that
lasts: otherwise an outage of minutes would park all that came in meanwhile.
"""

import time
from typing import Any

import dramatiq
import structlog
from dramatiq.broker import MessageProxy
from dramatiq.middleware import Retries
from typing_extensions import override

from libs.db.absence import is_absence

_PAUSE = 1.0  # seconds
_TRIES_COUNTED_WHILE_AWAY = 3  # the pauses grow no longer than after so many: eight times the first, with jitter

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
        if exception is not None and is_absence(exception):
            _count_no_more(broker, message)
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


def _count_no_more(broker: dramatiq.Broker, message: MessageProxy) -> None:
    """Let the next try never be the last one."""
    last = broker.get_actor(message.actor_name).options["max_retries"]
    tries = min(message.options.get("retries", 0), _TRIES_COUNTED_WHILE_AWAY, last - 1)
    message.options["retries"] = max(tries, 0)
