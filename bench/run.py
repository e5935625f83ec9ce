"""What all measurements of a run share."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from bench.ground import Ground
from bench.pairs import Comparison, Pace
from bench.platform import Platform
from infra.demo.stage import Stage

_CLIENT_IS_THE_LIMIT = 0.95


class Run(Struct, frozen=True, kw_only=True):
    quick: bool
    folder: Path
    platform: Platform
    stage: Stage
    ground: Ground
    ceiling: int  # its port
    lengths: dict[str, int]
    say: Callable[[str], None]

    @property
    def pace(self) -> Pace:
        return Pace(0.2, 1) if self.quick else Pace(1.0, 3)

    def note(self, what: str, found: Comparison) -> None:
        """Tell both rates while the run goes on, and where it was rather our client that was measured."""
        limit = " (the client was the limit)" if found.busy > _CLIENT_IS_THE_LIMIT else ""
        self.say(f"{what}: {found.ours:,.0f}/s, ceiling {found.ceiling:,.0f}/s, client busy {found.busy:.0%}{limit}")
