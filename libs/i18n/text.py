"""Texts of content, in as many of the tenant's languages as somebody has written: `{"fr": "…", "ar": "…"}`.

What may come in at a border (known languages, lengths, no control characters) is said in `libs.fields`.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from libs.i18n.languages import LANGUAGES

Text = dict[str, str]


def pick(text: Mapping[str, str], language: str, fallbacks: Sequence[str] = LANGUAGES) -> str:
    """Return `text` in `language`, or else in the first of the fallbacks that it has; empty when it has none."""
    return text.get(picked_language(text, language, fallbacks), "")


def picked_language(text: Mapping[str, str], language: str, fallbacks: Sequence[str] = LANGUAGES) -> str:
    """Return the language that `pick` answers in: a page marks words that are not in its own (`lang`, `dir`)."""
    return next((candidate for candidate in (language, *fallbacks) if text.get(candidate)), language)


def missing(text: Mapping[str, str], languages: Iterable[str]) -> tuple[str, ...]:
    """Return those of the tenant's languages in which nobody has written this text yet."""
    return tuple(language for language in languages if not text.get(language, "").strip())


def normalise(text: Mapping[str, str]) -> Text:
    """Return the same text in Unicode's composed form (NFC), without space around it and without empty languages."""
    composed = {language: unicodedata.normalize("NFC", words).strip() for language, words in text.items()}
    return {language: words for language, words in composed.items() if words}
