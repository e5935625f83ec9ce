"""What an edition may be: its dates, its address, and what needs the co-organisers' signatures."""

from datetime import date

from libs.errors import Conflict, Invalid
from libs.fields import RESERVED_SLUGS

LONGEST = 14  # days


class EndsBeforeItStarts(Invalid):
    detail = "The edition ends on {ends_on}, before it starts on {starts_on}."
    remedy = "Put the end on the day of the start or after it."


class TooLong(Invalid):
    detail = "An edition lasts at most {longest} days."
    remedy = "Check both dates."


class AlreadyPast(Invalid):
    detail = "{starts_on} has passed already."
    remedy = "Choose a day from {today} on."


class ReservedSlug(Invalid):
    detail = "{slug} is a word of the addresses here and cannot name an edition."
    remedy = "Take the year, for example."


class SlugTaken(Conflict):
    detail = "There is an edition {slug} already."
    remedy = "Take another short name."


class NeedsSignatures(Conflict):
    detail = "This edition is announced: such a change takes effect when all who must sign have signed it."
    remedy = "Propose it under /editions/{edition}/approvals."


def check_dates(starts_on: date, ends_on: date, *, today: date) -> None:
    """Return if an edition may be planned for these days; raise the reason, with its field, if not."""
    if ends_on < starts_on:
        raise EndsBeforeItStarts(pointer="/ends_on", starts_on=str(starts_on), ends_on=str(ends_on))
    if (ends_on - starts_on).days >= LONGEST:
        raise TooLong(pointer="/ends_on", longest=LONGEST)
    if starts_on < today:
        raise AlreadyPast(pointer="/starts_on", starts_on=str(starts_on), today=str(today))


def check_slug(slug: str, taken: frozenset[str]) -> None:
    if slug in RESERVED_SLUGS:
        raise ReservedSlug(pointer="/slug", slug=slug)
    if slug in taken:
        raise SlugTaken(pointer="/slug", slug=slug)
