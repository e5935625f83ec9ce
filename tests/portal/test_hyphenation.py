import pytest

from services.portal.hyphenation import SOFT_HYPHEN, breakable

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("word", "broken"),
    [
        ("Développement", "Déve-lop-pe-ment"),
        ("Compétences", "Com-pé-ten-ces"),
        ("rencontre", "ren-con-tre"),
        ("engagements", "enga-ge-ments"),
        ("Décarboner", "Décar-bo-ner"),
        ("plasturgie", "plas-tur-gie"),
        ("territoires", "ter-ri-toi-res"),
        ("champignons", "cham-pi-gnons"),
        ("industriel", "indus-triel"),
        ("Atelier", "Atelier"),
    ],
)
def test_a_long_french_word_is_broken_after_its_syllables(word: str, broken: str) -> None:
    assert breakable(word, "fr").replace(SOFT_HYPHEN, "-") == broken


@pytest.mark.parametrize(("language", "words"), [("en", "Development of competences"), ("ar", "الاستقلالية")])
def test_other_languages_are_left_to_the_browser(language: str, words: str) -> None:
    assert breakable(words, language) == words


def test_what_is_said_stays_the_same() -> None:
    words = "Développement et intégration des territoires : l’industrialisation"
    assert breakable(words, "fr").replace(SOFT_HYPHEN, "") == words
