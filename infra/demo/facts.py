"""What the public sources say of a day and its editions, and our own translations, kept apart from it."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from libs.i18n.text import Text

Kind = Literal["ministry", "institution", "confederation", "federation", "company", "region", "media", "partner"]


class Saying(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text as it was found, in the languages in which it was found; `unofficial` holds our translations of it."""

    fr: str = ""
    ar: str = ""
    en: str = ""
    unofficial: dict[Literal["fr", "ar", "en"], str] = {}
    source: tuple[str, ...] = ()

    @property
    def text(self) -> Text:
        """All languages together, the found ones first."""
        found = {"fr": self.fr, "ar": self.ar, "en": self.en}
        return {language: words for language, words in found.items() if words} | dict(self.unofficial)


class DayFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recurring day: what becomes a tenant."""

    slug: str
    name: Saying
    country: str
    timezone: str
    languages: tuple[str, ...]
    patronage: Saying
    co_organisers: tuple[str, ...]
    facts: tuple[Saying, ...] = ()


class Present(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody whose presence the sources made public."""

    name: str
    office: str


class EditionFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition as it was. Where the titles of its panels were not found, the subjects examined stand for them."""

    slug: str
    ordinal: int
    starts: date
    ends: date
    city: Saying
    region: str
    theme: Saying | None
    panels: tuple[Saying, ...] = ()
    panels_count: int = 0
    subjects: tuple[Saying, ...] = ()
    royal_message_read_by: str = ""
    opened_by: str = ""
    present: tuple[Present, ...] = ()
    also: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    demonstration: bool = False


class OrganisationFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    kind: Kind
    acronym: str
    fr: str
    ar: str = ""
    en: str = ""
    sector: str = ""
    source: tuple[str, ...] = ()

    @property
    def name(self) -> Text:
        return Saying(fr=self.fr, ar=self.ar, en=self.en).text


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sources: dict[str, str]
    tenant: DayFacts
    editions: tuple[EditionFacts, ...]
    organisations: tuple[OrganisationFacts, ...]


class EarlierEdition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The edition before the first that an invented day lives: its date is counted back from that one's."""

    days_before: int
    city: Saying
    region: str
    theme: Saying
    panels: tuple[Saying, ...]

    def as_facts(self, first_day: date) -> EditionFacts:
        held_on = first_day - timedelta(days=self.days_before)
        return EditionFacts(
            slug=held_on.isoformat(),
            ordinal=1,
            starts=held_on,
            ends=held_on,
            city=self.city,
            region=self.region,
            theme=self.theme,
            panels=self.panels,
            demonstration=True,
        )
