"""What an organisation sees of its nominations: its places, panel by panel. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

STANDING = ("submitted", "shortlisted", "selected", "invited", "confirmed")  # count in the quota
SEATED = ("selected", "invited", "confirmed")

Panel = Mapping[str, Any]
Nomination = Mapping[str, Any]
Quota = Mapping[str, Any]


class Places(Struct, frozen=True):
    """What an organisation has standing for one panel, and may have: `limit` is None where only the whole counts."""

    panel: Panel
    standing: int
    limit: int | None

    @property
    def free(self) -> int | None:
        return None if self.limit is None else max(self.limit - self.standing, 0)


def standing(nominations: Sequence[Nomination]) -> list[Nomination]:
    return [each for each in nominations if each["state"] in STANDING]


def places(panels: Sequence[Panel], quota: Quota, nominations: Sequence[Nomination]) -> list[Places]:
    """Return the organisation's places in the order of the panels."""
    limits = {each["panel_id"]: each["limit"] for each in quota["panels"]}
    counted = Counter(each["panel_id"] for each in standing(nominations))
    return [Places(panel, counted[panel["id"]], limits.get(panel["id"])) for panel in panels]


def left(quota: Quota) -> int:
    """Return how many more the organisation may nominate."""
    return max(int(quota["limit"]) - int(quota["standing"]), 0)


def roles(panels: Sequence[Panel]) -> list[str]:
    """Return the roles for which the panels have seats, in the order in which a panel presents itself."""
    found = {seat["role"] for panel in panels for seat in panel["seats"]}
    return [role for role in ("moderator", "speaker", "rapporteur") if role in found]
