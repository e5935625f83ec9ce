"""What a tenant may be. Pure: no I/O, no clock, no framework."""

from typing import Literal

from libs.errors import Conflict, Invalid
from libs.fields import RESERVED_SLUGS

Protected = Literal["theme", "panel", "announcement", "selection", "quota", "release"]  # kinds of approval


class SlugReserved(Invalid):
    detail = "{slug} stands for a page of the platform and cannot be a day's short name."
    remedy = "Choose another short name."


class SlugTaken(Conflict):
    detail = "Another day is called {slug}."
    remedy = "Choose another short name."


def admit_slug(slug: str) -> None:
    """Return if a tenant may be called `slug` in addresses; raise the reason if not."""
    if slug in RESERVED_SLUGS:
        raise SlugReserved(slug=slug, pointer="/slug")
