from pathlib import Path

import pytest
from jinja2 import Environment

from libs.i18n.catalogues import Catalogues, load, translator, translator_for
from libs.i18n.extraction import PLURAL_FORMS

pytestmark = pytest.mark.unit

_SEATS = {
    "fr": ("une place", "%(num)s places"),
    "ar": ("لا مقعد", "مقعد واحد", "مقعدان", "%(num)s مقاعد", "%(num)s مقعدا", "%(num)s مقعد"),
}


def write_catalogue(folder: Path, language: str, entries: str) -> None:
    folder.mkdir(exist_ok=True)
    header = ("Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {PLURAL_FORMS[language]}")
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in header)]
    (folder / f"{language}.po").write_text("\n".join([*lines, "", entries]))


@pytest.fixture
def two_services(tmp_path: Path) -> Catalogues:
    """Catalogues of two folders: one says "Rooms", the other counts seats."""
    for language, forms in _SEATS.items():
        counted = "\n".join(f'msgstr[{place}] "{form}"' for place, form in enumerate(forms))
        write_catalogue(tmp_path / "b", language, f'msgid "%(num)s seat"\nmsgid_plural "%(num)s seats"\n{counted}\n')
    write_catalogue(tmp_path / "a", "fr", 'msgid "Rooms"\nmsgstr "Salles"\n\n#, fuzzy\nmsgid "Day"\nmsgstr "Nuit"\n')
    return load([tmp_path / "a", tmp_path / "b", tmp_path / "no-such-folder"])


def test_the_texts_of_all_services_are_read_together(two_services: Catalogues) -> None:
    french = two_services["fr"]
    assert french.gettext("Rooms") == "Salles"
    assert french.ngettext("%(num)s seat", "%(num)s seats", 2) == "%(num)s places"


def test_nothing_is_never_said_to_be_one(two_services: Catalogues) -> None:
    """French grammar counts none with one: “une place” would stand where there is none."""
    said = {language: two_services[language].ngettext("%(num)s seat", "%(num)s seats", 0) for language in _SEATS}
    assert said == {"fr": "%(num)s places", "ar": "لا مقعد"}
    assert two_services["fr"].ngettext("%(num)s seat", "%(num)s seats", 1) == "une place"


def test_nothing_is_never_said_to_be_one_in_a_template_either(two_services: Catalogues) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.install_gettext_translations(two_services["fr"], newstyle=True)  # type: ignore[attr-defined]
    template = environment.from_string("{{ ngettext('%(num)s seat', '%(num)s seats', 0) }}")
    assert template.render() == "0 places"


def test_a_figure_of_nothing_is_singular_in_french(tmp_path: Path) -> None:
    seats = 'msgid "one seat"\nmsgid_plural "%(num)s seats"\nmsgstr[0] "%(num)s place"\nmsgstr[1] "%(num)s places"\n'
    write_catalogue(tmp_path, "fr", seats)
    assert load([tmp_path])["fr"].ngettext("one seat", "%(num)s seats", 0) == "%(num)s place"


def test_a_text_without_a_finished_translation_stays_english(two_services: Catalogues) -> None:
    assert two_services["fr"].gettext("Day") == "Day"
    assert two_services["ar"].gettext("Rooms") == "Rooms"
    assert two_services["en"].ngettext("%(num)s seat", "%(num)s seats", 2) == "%(num)s seats"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "لا مقعد"),
        (1, "مقعد واحد"),
        (2, "مقعدان"),
        (3, "3 مقاعد"),
        (11, "11 مقعدا"),
        (100, "100 مقعد"),
        (102, "102 مقعد"),
    ],
)
def test_arabic_counts_in_six_forms(two_services: Catalogues, count: int, words: str) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.install_gettext_translations(two_services["ar"], newstyle=True)  # type: ignore[attr-defined]
    template = environment.from_string("{{ ngettext('%(num)s seat', '%(num)s seats', count) }}")
    assert template.render(count=count) == words


def test_a_refusal_is_told_in_the_callers_language() -> None:
    refusal = "This cursor is not one of ours."
    assert translator_for("fr-MA")(refusal) == "Ce curseur n’est pas l’un des nôtres."
    assert translator_for("ar")(refusal) == "هذا المؤشر ليس من مؤشراتنا."
    assert translator_for("")(refusal) == refusal
    assert translator("fr")("Nobody says this.") == "Nobody says this."
