"""What a library says at each of its tries to reach something that is away, said once."""

import logging

from typing_extensions import override

_REPEATING = ("psycopg.pool", "dramatiq.worker.ConsumerThread", "opentelemetry")
_SILENT_FOR = 60.0  # seconds: what was not tried for so long is another matter


class SaidOnce(logging.Filter):
    """Lets a line through if the same place did not say the same within the last minute, whatever it says it about."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        who = next((name for name in _REPEATING if record.name.startswith(name)), None)
        if who is None:
            return True
        said = (who, str(record.msg))
        before = self._last.get(said, float("-inf"))
        self._last[said] = record.created
        return record.created - before > _SILENT_FOR
