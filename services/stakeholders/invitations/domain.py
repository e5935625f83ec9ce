"""When an invitation can be sent and answered. Pure: the clock comes in."""

from collections.abc import Sequence
from datetime import date, datetime

from libs.errors import Conflict, Invalid
from libs.zones import wall


class EditionOver(Conflict):
    detail = "This edition ended on {ends_on}."
    remedy = "Nothing is left to be answered or sent."


class WindowsOfNobody(Invalid):
    detail = "Who declines gives no availability."
    remedy = "Leave the availability out, or accept."


def check_not_over(ends_on: date, timezone: str, now: datetime) -> None:
    """Return if the edition's last day has not passed there; raise `EditionOver` if it has."""
    if wall(now, timezone).date() > ends_on:
        raise EditionOver(ends_on=ends_on.isoformat())


def language_of(asked: str | None, person: str | None, edition: Sequence[str]) -> str:
    """Return the language to write in: as asked, else the person's own, else the first of the edition's (E28)."""
    return next((language for language in (asked, person) if language and language in edition), edition[0])
