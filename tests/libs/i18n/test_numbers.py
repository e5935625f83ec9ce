import pytest

from libs.i18n.numbers import in_words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("number", "french", "arabic", "english"),
    [
        (1, "un", "واحد", "one"),
        (2, "deux", "اثنين", "two"),
        (6, "six", "ستة", "six"),
        (10, "dix", "عشرة", "ten"),
        (14, "quatorze", "14", "fourteen"),
        (20, "vingt", "20", "twenty"),
        (25, "25", "25", "25"),
    ],
)
def test_a_number_in_a_title_is_a_word_as_long_as_words_are_short(
    number: int, french: str, arabic: str, english: str
) -> None:
    assert [in_words(number, language) for language in ("fr", "ar", "en")] == [french, arabic, english]


def test_the_number_agrees_with_what_is_counted() -> None:
    assert in_words(1, "fr", feminine=True) == "une"
    assert in_words(7, "fr", feminine=True) == "sept"
    assert in_words(7, "ar", feminine=True) == "سبع"
