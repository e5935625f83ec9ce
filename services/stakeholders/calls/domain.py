"""When a call takes nominations, and what its dates may be. Pure: the clock comes in."""

from datetime import date, datetime

from msgspec import Struct

from libs.contracts.events import CallState
from libs.errors import Conflict, Invalid
from libs.zones import instant

_NEXT: dict[CallState, frozenset[CallState]] = {
    "draft": frozenset({"open"}),
    "open": frozenset({"closed"}),
    "closed": frozenset({"open"}),  # a deadline is put off
}


class ClosesBeforeItOpens(Invalid):
    detail = "The call would close at {closes_at}, before it opens at {opens_at}."
    remedy = "Let it close later, or open earlier."


class ClosesInThePast(Invalid):
    detail = "{closes_at} has passed already."
    remedy = "Let the call close at a time that is still to come."


class ClosesAfterTheEdition(Invalid):
    detail = "The call would close at {closes_at}, after the edition's last day ({ends_on})."
    remedy = "Let it close before the edition ends."


class NotThatWay(Conflict):
    detail = "The call cannot go from its present state to that one."
    remedy = "A draft is opened, an open call is closed, a closed call is opened again."


class CallExists(Conflict):
    detail = "This edition has a call already."
    remedy = "Change the call that it has; the list of calls shows it."


class NotOpenYet(Conflict):
    detail = "This call does not take nominations yet."
    remedy = "Nominate from {opens_at} on, once the co-organisers have opened it."


class Closed(Conflict):
    detail = "This call closed at {closes_at}."
    remedy = "Ask the co-organisers whether they open it again."


class Opening(Struct, frozen=True, kw_only=True):
    """From when until when a call takes nominations: wall times in the edition's zone."""

    opens_at: datetime
    closes_at: datetime
    timezone: str
    state: CallState

    def takes_nominations(self, now: datetime) -> bool:
        return self.state == "open" and self._opens <= now < self._closes

    def admit(self, now: datetime) -> None:
        """Return if somebody may be nominated now; raise the reason if not."""
        if self.state == "closed" or now >= self._closes:
            raise Closed(closes_at=_written(self.closes_at))
        if not self.takes_nominations(now):
            raise NotOpenYet(opens_at=_written(self.opens_at))

    def check_dates(self, *, ends_on: date) -> None:
        """Return if a call may have these dates in an edition that ends on that day; raise the reason if not."""
        if self.closes_at <= self.opens_at:
            raise ClosesBeforeItOpens(
                pointer="/closes_at", opens_at=_written(self.opens_at), closes_at=_written(self.closes_at)
            )
        if self.closes_at.date() > ends_on:
            raise ClosesAfterTheEdition(
                pointer="/closes_at", closes_at=_written(self.closes_at), ends_on=ends_on.isoformat()
            )

    def check_still_to_close(self, now: datetime) -> None:
        """Return if the call closes after `now`; raise the reason if not."""
        if self._closes <= now:
            raise ClosesInThePast(pointer="/closes_at", closes_at=_written(self.closes_at))

    @property
    def _opens(self) -> datetime:
        return instant(self.opens_at, self.timezone)

    @property
    def _closes(self) -> datetime:
        return instant(self.closes_at, self.timezone)


def check_next(state: CallState, wanted: CallState) -> None:
    """Return if a call may go from one state to another; raise the reason if not."""
    if wanted != state and wanted not in _NEXT[state]:
        raise NotThatWay(pointer="/state", state=state, wanted=wanted)


def _written(wall: datetime) -> str:
    return wall.isoformat(" ", "minutes")
