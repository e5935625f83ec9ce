"""Which languages there are, which way they run, and which one a reader gets."""

from collections.abc import Sequence
from typing import Literal

Language = Literal["fr", "ar", "en"]

LANGUAGES: tuple[Language, ...] = ("fr", "ar", "en")
SOURCE: Language = "en"  # the language that the code's own texts are written in

ENDONYMS: dict[Language, str] = {"fr": "français", "ar": "العربية", "en": "English"}


def direction(language: str) -> Literal["ltr", "rtl"]:
    return "rtl" if language == "ar" else "ltr"


def negotiate(accept_language: str, available: Sequence[str]) -> str:
    """Return the available language that an `Accept-Language` header prefers (RFC 4647, lookup), else the first one.

    Regions are dropped (`ar-MA` is served Arabic); what cannot be read is passed over, as the header is only a wish.
    """
    ranges = []
    for place, entry in enumerate(accept_language.split(",")):
        tag, _, parameters = entry.partition(";")
        quality = _quality(parameters)
        if tag.strip() and quality > 0:
            ranges.append((-quality, place, tag.strip().lower()))
    for _, _, tag in sorted(ranges):
        if tag == "*":
            break
        language = tag.partition("-")[0]
        if language in available:
            return language
    return available[0]


def _quality(parameters: str) -> float:
    name, _, value = parameters.replace(" ", "").partition("=")
    if name.lower() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
