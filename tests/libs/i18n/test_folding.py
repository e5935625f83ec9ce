import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.i18n.folding import fold, read_number, western_digits

pytestmark = pytest.mark.unit

AHMAD = "\u0623\u062d\u0645\u062f"  # with hamza on its alef


@pytest.mark.parametrize(
    "asked",
    [
        "\u0627\u062d\u0645\u062f",  # without hamza
        "\u0623\u064e\u062d\u0645\u062f",  # with a vowel sign
        "\u0623\u062d\u0640\u0640\u0645\u062f",  # stretched by tatweel
        "\ufe83\ufea3\ufee4\ufeaa",  # presentation forms
        "\u200f\u0623\u062d\u0645\u062f ",  # with a direction mark and a space
    ],
)
def test_an_arabic_name_is_found_however_it_is_spelled(asked: str) -> None:
    """P29."""
    assert fold(asked) == fold(AHMAD)


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("ليلى", "ليلي"),
        ("الصناعة", "الصناعه"),
        ("آسفي", "اسفي"),
        ("Fès-Meknès", "FES-meknes"),
        ("Drâa", "draa"),
        ("L’Œuvre", "l'oeuvre"),
        ("٢٠٢٦", "2026"),
        ("Salma   Idrissi", "salma idrissi"),
    ],
)
def test_words_are_found_without_their_marks_accents_and_capitals(stored: str, asked: str) -> None:
    assert fold(stored) == fold(asked)


def test_different_names_stay_different() -> None:
    assert fold("أحمد") != fold("محمد")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("typed", ["٣٢٠", "۳۲۰", "320", " 3 20 ", "٠٣٢٠"])
def test_arabic_and_persian_digits_are_numbers(typed: str) -> None:
    """P29."""
    assert read_number(typed) == 320


def test_a_date_and_a_telephone_are_read_from_arabic_digits() -> None:
    """P29."""
    assert western_digits("٢٠٢٦-١١-٠٣") == "2026-11-03"
    assert western_digits("۰۶۱۲۳۴۵۶۷۸") == "0612345678"


@pytest.mark.parametrize("typed", ["", "seize", "-3", "1.5", "²", "½"])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(typed))):
        read_number(typed)
