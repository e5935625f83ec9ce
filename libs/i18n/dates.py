"""Dates and times written out in the reader's language, the way Morocco writes them.

Months are those of the Maghreb (`نونبر`, `غشت`), digits are Latin in Arabic too, the first of a month is `1er` and
`فاتح`. Every value is the edition's wall time: no zone is converted here.
"""

from datetime import date, datetime, time, timedelta

from babel import Locale

_LOCALES = {"fr": Locale("fr", "MA"), "ar": Locale("ar", "MA"), "en": Locale("en", "GB")}
_FIRST = {"fr": "1er", "ar": "فاتح", "en": "1"}
_AND = {"fr": "{} et {}", "ar": "{} و{}", "en": "{} and {}"}
_TO = {"fr": "du {} au {}", "ar": "من {} إلى {}", "en": "{} to {}"}
_AT = {"fr": "{} à {}", "ar": "{} على الساعة {}", "en": "{} at {}"}


def written_weekday(day: date, language: str) -> str:
    """Return `mardi`, `الثلاثاء`, `Tuesday`."""
    return str(_LOCALES[language].days["format"]["wide"][day.weekday()])


def written_date(day: date, language: str, *, weekday: bool = True, year: bool = True) -> str:
    """Return `mardi 3 novembre 2026`, `الثلاثاء 3 نونبر 2026`, `Tuesday 3 November 2026`, or parts of it."""
    month = str(_LOCALES[language].months["format"]["wide"][day.month])
    parts = [_day(day, language, weekday=weekday), month]
    return " ".join([*parts, str(day.year)] if year else parts)


def written_range(first: date, last: date, language: str) -> str:
    """Return the days of an edition: one, two joined by "and" with their weekdays, or from–to; no part stands twice."""
    if first == last:
        return written_date(first, language)
    neighbours = last - first == timedelta(days=1)
    if (first.year, first.month) == (last.year, last.month):
        start = _day(first, language, weekday=neighbours)
    else:
        start = written_date(first, language, weekday=neighbours, year=first.year != last.year)
    pattern = _AND if neighbours else _TO
    return pattern[language].format(start, written_date(last, language, weekday=neighbours))


def written_time(moment: time | datetime) -> str:
    """Return `09:00`: 24 hours, the same in every language."""
    return f"{moment:%H:%M}"


def written_moment(moment: datetime, language: str, *, weekday: bool = True, year: bool = True) -> str:
    """Return `mercredi 30 septembre 2026 à 18:00`."""
    return _AT[language].format(written_date(moment.date(), language, weekday=weekday, year=year), written_time(moment))


def _day(day: date, language: str, *, weekday: bool) -> str:
    number = _FIRST[language] if day.day == 1 else str(day.day)
    return f"{written_weekday(day, language)} {number}" if weekday else number
