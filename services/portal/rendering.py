"""Templates into pages: one Jinja environment per language, so that macros speak it without being told."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape
from uuid_utils.compat import uuid7

from libs.i18n.catalogues import translations, translator
from libs.i18n.dates import written_date, written_moment, written_range, written_time, written_weekday
from libs.i18n.languages import ENDONYMS, LANGUAGES, direction
from libs.i18n.numbers import in_words
from libs.i18n.ordinals import nth_edition
from libs.i18n.text import picked_language
from libs.zones import wall
from services.portal.assets import Assets
from services.portal.differences import Piece, compare
from services.portal.hyphenation import breakable
from services.portal.icons import read_icons

_PORTAL = Path(__file__).parent
_ORDINAL = re.compile(r"^(\d+)(re|e)\b")
_NARROW = {" :": "\u00a0:", " ;": "\u202f;", " !": "\u202f!", " ?": "\u202f?", " »": "\u202f»", "« ": "«\u202f"}
_FRENCH_SPACES = re.compile("|".join(map(re.escape, _NARROW)))
_QUOTES = {"fr": "«\u202f{}\u202f»", "ar": "«{}»", "en": "“{}”"}


class Rendering:
    """All templates of the portal: shared ones by name, a feature's by `feature/name`."""

    def __init__(self, assets: Assets) -> None:
        shared = FileSystemLoader(_PORTAL / "templates")
        features = {path.parent.name: FileSystemLoader(path) for path in sorted(_PORTAL.glob("*/templates"))}
        loader = ChoiceLoader([shared, PrefixLoader(features)])
        icons = read_icons()
        self._environments = {language: _environment(language, loader, assets, icons) for language in LANGUAGES}

    def page(self, template: str, language: str, /, **facts: Any) -> bytes:
        """Return a page, or a part of one, in UTF-8."""
        return self._environments[language].get_template(template).render(**facts).encode()  # type: ignore[index]


def words(text: Mapping[str, str], language: str) -> Markup:
    """Return a text in the page's language, else in another one, marked as such for reader and browser."""
    found = picked_language(text, language)
    return _marked_as(found, language, escape(typeset(text.get(found, ""), found)))


def narrow_words(text: Mapping[str, str], language: str) -> Markup:
    """Return the same for a narrow place: long words may be broken there, with a hyphen."""
    found = picked_language(text, language)
    return _marked_as(found, language, escape(breakable(typeset(text.get(found, ""), found), found)))


def plain(text: Mapping[str, str], language: str) -> str:
    """Return the same without markup, for a title or an attribute."""
    found = picked_language(text, language)
    return typeset(text.get(found, ""), found)


def quoted(written: Markup | str, language: str) -> Markup:
    """Return words between the quotation marks of their language."""
    return Markup(_QUOTES[language]).format(written)  # noqa: S704 (ours; what comes in is escaped)


def theme(text: Mapping[str, str], language: str) -> Markup:
    """Return an edition's theme in quotation marks, in the page's language or marked as being in another."""
    found = picked_language(text, language)
    return _marked_as(found, language, quoted(typeset(text.get(found, ""), found), found))


def typeset(written: str, language: str) -> str:
    """Return content as a printer sets it: curved apostrophes; in French no line begins with a colon or a guillemet."""
    if language == "ar":
        return written
    curved = written.replace("'", "’")
    return _FRENCH_SPACES.sub(lambda space: _NARROW[space[0]], curved) if language == "fr" else curved


def edition_name(ordinal: int, language: str) -> Markup:
    """Return “2e édition”, its ending raised where French raises it."""
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", nth_edition(ordinal, language)))  # noqa: S704 (ours)


def _marked_as(found: str, language: str, written: Markup) -> Markup:
    if found == language:
        return written
    return Markup('<span lang="{}" dir="{}">{}</span>').format(found, direction(found), written)


def capitalised(written: str) -> str:
    """Return words with a capital first letter, the rest as it is."""
    return written[:1].upper() + written[1:]


def difference(before: str, after: str, side: str) -> Markup:
    """Return a change word by word: `before` with what goes struck out, `after` with what comes marked, or `both`."""
    kept = {"before": ("same", "removed"), "after": ("same", "added"), "both": ("same", "removed", "added")}[side]
    return Markup(" ").join(_marked(piece) for piece in compare(before, after) if piece.kind in kept)


def _day(value: date | str) -> date:
    """Take a day as it is, or as it stands in JSON."""
    return _moment(value).date() if isinstance(value, str) else value


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _once() -> str:
    """Return a new idempotency key, for a form that is shown."""
    return str(uuid7())


def _marked(piece: Piece) -> Markup:
    tag = {"removed": "del", "added": "ins"}.get(piece.kind)
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), piece.words) if tag else escape(piece.words)  # noqa: S704 (ours)


def _environment(language: str, loader: ChoiceLoader, assets: Assets, icons: Mapping[str, Markup]) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "language": language,
        "direction": direction(language),
        "languages": ENDONYMS,
        "direction_of": direction,
        "asset": assets.url,
        "icon": icons.__getitem__,
        "nth_edition": partial(edition_name, language=language),
        "written_range": lambda first, last: written_range(_day(first), _day(last), language),
        "say": translator(language),
        "difference": difference,
        "options": lambda texts: [(key, plain(text, language)) for key, text in texts.items()],
        "once": _once,
        "in_words": partial(in_words, language=language),
    }
    environment.filters |= {
        "words": partial(words, language=language),
        "narrow_words": partial(narrow_words, language=language),
        "plain": partial(plain, language=language),
        "theme": partial(theme, language=language),
        "quoted": partial(quoted, language=language),
        "written_date": lambda day, **how: written_date(_day(day), language, **how),
        "written_moment": lambda moment, **how: written_moment(_moment(moment), language, **how),
        "written_weekday": lambda day: written_weekday(_day(day), language),
        "written_time": lambda moment: written_time(_moment(moment)),
        "wall_field": lambda moment: f"{_moment(moment):%Y-%m-%dT%H:%M}",
        "in_zone": lambda moment, zone: wall(_moment(moment), zone),
        "capitalised": capitalised,
    }
    return environment
