"""What is away is said once, and once again when it is back: not at each of the tries in between."""

from typing import Any


class Outage:
    """Whether one part answers, as one user of it knows."""

    def __init__(self, log: Any, what: str, **context: object) -> None:
        self._log = log
        self._what = what
        self._context = context
        self._tries = 0

    def met(self, reason: BaseException | str) -> None:
        """Say that the part is away, if that is news."""
        self._tries += 1
        if self._tries == 1:
            self._log.warning(f"{self._what} is away: trying on", reason=str(reason), **self._context)

    def over(self) -> None:
        """Say that the part is back, if it was away."""
        if self._tries:
            self._log.warning(f"{self._what} is back", tries=self._tries, **self._context)
            self._tries = 0
