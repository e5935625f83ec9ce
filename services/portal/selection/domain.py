"""The board of a selection: panels × seats, who sits where, who could. Pure."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

SEATED = frozenset({"selected", "invited", "confirmed"})
CANDIDATES = frozenset({"submitted", "shortlisted"})
_ORDER = {"moderator": 0, "speaker": 1, "rapporteur": 2}


class Place(Struct, frozen=True):
    """One seat: the nomination that holds it, or how many could."""

    seat: Any
    holder: Any
    candidates: int


class Row(Struct, frozen=True):
    panel: Any
    places: list[Place]

    @property
    def filled(self) -> int:
        return sum(place.holder is not None for place in self.places)


class Share(Struct, frozen=True):
    """How often something is there among those who hold a seat."""

    name: str
    number: int

    @property
    def pair(self) -> tuple[str, int]:
        return self.name, self.number


def board(panels: Sequence[Any], nominations: Sequence[Any]) -> list[Row]:
    """Return the panels in their order, each with its seats: moderator, speakers, rapporteur."""
    holders = {each["seat_id"]: each for each in nominations if each["state"] in SEATED and each["seat_id"]}
    return [
        Row(
            panel,
            [Place(seat, holders.get(seat["id"]), len(candidates(panel, seat, nominations))) for seat in _seats(panel)],
        )
        for panel in panels
    ]


def candidates(panel: Any, seat: Any, nominations: Sequence[Any]) -> list[Any]:
    """Return who could have a seat: shortlisted before the others, each in the order in which they came."""
    found = [
        each
        for each in nominations
        if each["panel_id"] == panel["id"] and each["seat_role"] == seat["role"] and each["state"] in CANDIDATES
    ]
    return sorted(found, key=lambda each: each["state"] != "shortlisted")


def by_organisation(nominations: Sequence[Any]) -> list[Share]:
    """Return how many seats each organisation's nominees hold, the most first."""
    names = [each["acronym"] or each["organisation_id"] for each in nominations if each["state"] in SEATED]
    return sorted(
        (Share(name, names.count(name)) for name in set(names)), key=lambda share: (-share.number, share.name)
    )


def answers(nominations: Sequence[Any]) -> dict[str, list[Any]]:
    """Return who was invited by what they said: those who declined first, as their seats are free again."""
    return {
        state: sorted(
            (each for each in nominations if each["state"] == state), key=lambda each: str(each["changed_at"])
        )
        for state in ("declined", "invited", "confirmed")
    }


def last_selected(nominations: Sequence[Any]) -> Any:
    """Return the selection that was made last, as long as it can be undone; none where there is none."""
    return max(
        (each for each in nominations if each["state"] == "selected"),
        key=lambda each: str(each["changed_at"]),
        default=None,
    )


def _seats(panel: Any) -> list[Any]:
    return sorted(panel["seats"], key=lambda seat: (_ORDER[seat["role"]], seat["ordinal"]))
