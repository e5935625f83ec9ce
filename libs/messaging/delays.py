"""Waiting no longer than was meant, whatever the clocks say.

Dramatiq writes on a delayed message the moment that it is due, by the clock of whoever delays it, and goes by the clock
of whoever gets it: between two clocks that are an hour apart, a pause of a second is one of an hour.
"""

from typing import Any

import dramatiq
from dramatiq.broker import MessageProxy
from dramatiq.common import current_millis
from dramatiq.middleware import Middleware
from typing_extensions import override

_PAUSE = "pause"  # milliseconds


class MeantPauses(Middleware):
    """Writes on each delayed message how long it is to wait; who gets it waits so long from then on at most."""

    @override
    def before_enqueue(self, _broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: int | None) -> None:
        if delay is not None:
            message.options[_PAUSE] = delay

    @override
    def before_delay_message(self, _broker: dramatiq.Broker, message: MessageProxy) -> None:
        pause = message.options.get(_PAUSE)
        if pause is not None:
            message.options["eta"] = min(message.options["eta"], current_millis() + pause)
