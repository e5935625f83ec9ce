"""What is suggested for the next edition, before anybody has decided anything."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from libs.contracts.events import Carried

_WEEKS_OF_A_YEAR = 52


def is_record(edition: dict[str, Any], today: date) -> bool:
    """Whether an edition was held before its day came here: made from none, and past. It is read, not worked on."""
    return edition["origin_id"] is None and date.fromisoformat(edition["ends_on"]) < today


def next_dates(starts_on: date, ends_on: date) -> tuple[date, date]:
    """Return the same days of the week a year later."""
    year = timedelta(weeks=_WEEKS_OF_A_YEAR)
    return starts_on + year, ends_on + year


def next_slug(slug: str) -> str:
    """Return the following year where the edition is called by its year; nothing otherwise."""
    return str(int(slug) + 1) if slug.isdigit() else ""


def carried_counts(
    panels: Sequence[Any],
    commitments: Sequence[Any],
    rooms: Sequence[Any],
    sessions: Sequence[Any],
    quotas: Sequence[Any],
) -> dict[Carried, int]:
    """Return how many of each kind would come along, in the order in which they are offered."""
    return {
        "panels": len(panels),
        "seats": sum(len(panel["seats"]) for panel in panels),
        "rooms": len(rooms),
        "sessions": len(sessions),
        "quotas": len(quotas),
        "commitments": sum(each["state"] == "open" for each in commitments),
    }
