"""What the public pages show, as the portal knows it. Times are those of the programme: the edition's own."""

from datetime import date

from msgspec import Struct

from libs.i18n.text import Text


class Day(Struct, frozen=True, kw_only=True):
    """The recurring day: one tenant."""

    slug: str
    name: Text
    country: str = ""
    timezone: str = "UTC"
    language: str = "fr"  # the first of its languages: what is kept without one is in it
    patronage: Text = {}
    co_organisers: tuple[Text, ...] = ()
    demonstration: bool = False
    invented: bool = False


class Panel(Struct, frozen=True, kw_only=True):
    """A debate of an edition. `unofficial` are the languages of its title that are our own translation."""

    slug: str
    ordinal: int
    title: Text
    unofficial: tuple[str, ...] = ()


class Edition(Struct, frozen=True, kw_only=True):
    """One yearly occurrence, as far as it is announced."""

    slug: str
    ordinal: int
    starts_on: date
    ends_on: date
    city: Text
    region: Text
    theme: Text = {}
    unofficial: tuple[str, ...] = ()
    opened_by: str = ""
    facts: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    demonstration: bool = False
    panels: tuple[Panel, ...] = ()
    programme_expected_on: date | None = None
