"""From which state a nomination goes to which, and by what. Pure: the whole table is here."""

from typing import Literal

from libs.contracts.events import NominationState
from libs.errors import Conflict

Move = Literal["shortlist", "select", "unselect", "reject", "withdraw", "invite", "accept", "decline"]

STANDING: frozenset[NominationState] = frozenset({"submitted", "shortlisted", "selected", "invited", "confirmed"})
SEATED: frozenset[NominationState] = frozenset({"selected", "invited", "confirmed"})  # holds its seat, and nobody else

MOVES: dict[Move, tuple[frozenset[NominationState], NominationState]] = {
    "shortlist": (frozenset({"submitted"}), "shortlisted"),
    "select": (frozenset({"submitted", "shortlisted"}), "selected"),
    "unselect": (frozenset({"selected"}), "shortlisted"),
    "reject": (frozenset({"submitted", "shortlisted", "selected"}), "rejected"),
    "withdraw": (STANDING, "withdrawn"),
    "invite": (frozenset({"selected", "invited"}), "invited"),  # again: a letter was lost, its link is replaced
    "accept": (frozenset({"invited", "confirmed"}), "confirmed"),  # again: the availability changed
    "decline": (frozenset({"invited", "confirmed"}), "declined"),
}


class NotFromThisState(Conflict):
    detail = "The nomination is in another state by now: this cannot be done with it."
    remedy = "Read it again, and look at what was decided meanwhile."


def moved(state: NominationState, move: Move) -> NominationState:
    """Return the state after a move; raise the reason if it is not possible from `state`."""
    possible, wanted = MOVES[move]
    if state not in possible:
        raise NotFromThisState(state=state, wanted=wanted, possible=sorted(possible))
    return wanted
