import pytest

from libs.i18n.text import missing, normalise, pick, picked_language

pytestmark = pytest.mark.unit

THEME = {"fr": "Le Made in Morocco", "ar": "صنع في المغرب"}


def test_a_text_is_shown_in_the_readers_language_or_else_in_one_that_it_has() -> None:
    assert pick(THEME, "ar") == "صنع في المغرب"
    assert (pick(THEME, "en"), picked_language(THEME, "en")) == ("Le Made in Morocco", "fr")
    assert pick(THEME, "en", ("ar", "fr")) == "صنع في المغرب"
    assert (pick({}, "en"), picked_language({}, "en")) == ("", "en")


def test_what_nobody_has_written_yet_is_named() -> None:
    assert missing(THEME | {"en": " "}, ("fr", "ar", "en")) == ("en",)


def test_a_text_is_kept_composed_and_trimmed_and_without_empty_languages() -> None:
    assert normalise({"fr": " Fe\N{COMBINING GRAVE ACCENT}s ", "en": "  "}) == {
        "fr": "F\N{LATIN SMALL LETTER E WITH GRAVE}s"
    }
