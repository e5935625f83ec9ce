import re
from pathlib import Path
from shutil import copytree

import pytest

from services.outreach.letters.catalogue import FOLDER, TemplateBroken, read_catalogue
from services.outreach.letters.domain import LinkMissing, NoSuchLanguage, NoSuchTemplate, UnknownField
from services.outreach.letters.wording import Wording, word_letter

pytestmark = pytest.mark.unit

CATALOGUE = read_catalogue()
DAY = {"fr": "Journée nationale de l’industrie", "ar": "اليوم الوطني للصناعة", "en": "National Industry Day"}
LINK = "https://day.example/invitation/abc"
FIELDS: dict[str, dict[str, object]] = {
    "linking": {"provider": "م", "minutes": "15"},
    "mail-domain": {"organisation": {"fr": "Fédération du bois", "en": "Wood Federation"}, "domain": "wood.example"},
    "sign-in": {"minutes": "15"},
    "membership": {"organisation": {"fr": "Fédération du bois", "en": "Wood Federation"}, "role": "representative"},
    "invitation": {
        "panel": {"fr": "Industrie et énergie", "ar": "الصناعة والطاقة", "en": "Industry and energy"},
        "seat_role": "moderator",
        "organisation": {"fr": "Fédération du bois", "ar": "جامعة الخشب", "en": "Wood Federation"},
        "starts_on": "2026-11-03",
        "ends_on": "2026-11-04",
        "city": {"fr": "Fès", "ar": "فاس", "en": "Fez"},
        "answer_by": "2026-09-30T18:00",
    },
}


def written(template: str, language: str, *, name: str = "Salma Idrissi", **fields: object) -> Wording:
    given = {**FIELDS[template], **fields}
    return word_letter(CATALOGUE, template, language, given, day=DAY, name=name, link=LINK)


@pytest.mark.parametrize("template", CATALOGUE.templates)
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_every_letter_leads_to_its_link_in_text_and_in_html(template: str, language: str) -> None:
    letter = written(template, language)

    assert letter.text.count(LINK) == 1
    assert f'href="{LINK}"' in letter.html
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in letter.html


@pytest.mark.parametrize("template", CATALOGUE.templates)
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_empty_field_leaves_a_clean_sentence(template: str, language: str) -> None:
    """E12."""
    empty = word_letter(CATALOGUE, template, language, {}, day={}, name="", link=LINK)

    for text in (empty.subject, empty.text):
        assert not re.search(r"[{}]|None|  | [,.،]|«\s*»|“”|\u2068\u2069", text), text
        assert not re.search(r"\b(à|to|at|by|as|–|:)\s*[.,]", text), text
    assert empty.subject


@pytest.mark.parametrize("template", CATALOGUE.templates)
def test_a_letter_in_english_holds_no_french_and_one_in_arabic_runs_from_right_to_left(template: str) -> None:
    """E28."""
    english = written(template, "en", name="Adam Smith")
    assert not re.search(r"[éèêàçùœ«»]|\b(le|la|les|vous|de|du|et|votre|mardi|novembre)\b", english.text, re.IGNORECASE)

    arabic = written(template, "ar", name="سلمى الإدريسي")
    words = re.sub(re.escape(LINK), "", arabic.text)
    # a federation without an Arabic name; a mail domain
    assert not re.findall(r"[A-Za-zÀ-ÿ]{2,}", words) or template in {"membership", "mail-domain"}
    assert 'dir="rtl"' in arabic.html


def test_dates_are_written_in_the_recipients_language() -> None:
    """E28."""
    assert "Date\u00a0: mardi 3 et mercredi 4 novembre 2026, à Fès." in written("invitation", "fr").text
    assert "الثلاثاء 3 والأربعاء 4 نونبر 2026، فاس." in written("invitation", "ar").text
    assert "Please answer before Wednesday 30 September 2026 at 18:00." in written("invitation", "en").text


def test_a_text_that_nobody_has_translated_is_left_out_and_a_name_is_not() -> None:
    """E28."""
    letter = written("invitation", "en", panel={"fr": "Industrie et énergie"}, city={"fr": "Fès"})

    assert "inviting you as moderator." in letter.text
    assert "Date: Tuesday 3 and Wednesday 4 November 2026, Fès." in letter.text


def test_a_name_that_runs_the_other_way_is_isolated() -> None:
    assert "\u2068Adam Smith\u2069" in written("invitation", "ar", name="Adam Smith").text
    assert "\u2068سلمى\u2069" in written("invitation", "fr", name="سلمى").text
    assert "\u2068" not in written("invitation", "fr").text


def test_what_people_wrote_is_text_in_html_and_one_line_everywhere() -> None:
    letter = written("membership", "en", name="<b>x</b>", organisation="a\r\n\r\n[b]\r\nBcc: e@e.example")

    assert "Hello &lt;b&gt;x&lt;/b&gt;," in letter.html
    assert "on behalf of a [b] Bcc: e@e.example." in letter.text


def test_a_request_that_does_not_fit_its_letter_is_refused_by_name() -> None:
    with pytest.raises(UnknownField, match="speakrs"):
        written("invitation", "fr", speakrs="x")
    with pytest.raises(NoSuchTemplate, match="postcard"):
        word_letter(CATALOGUE, "postcard", "fr", {}, day=DAY, name="", link=LINK)
    with pytest.raises(NoSuchLanguage, match="de"):
        word_letter(CATALOGUE, "sign-in", "de", {}, day=DAY, name="", link=LINK)
    with pytest.raises(LinkMissing):
        word_letter(CATALOGUE, "sign-in", "fr", {}, day=DAY, name="", link="")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(FOLDER, tmp_path / "templates")


def test_a_template_with_a_field_that_it_does_not_declare_is_refused_by_name(folder: Path) -> None:
    """E12."""
    (folder / "sign-in" / "fr.txt").write_text("Sujet\n\nBonjour {{ speakrs }}\n\n[Lien]\n")
    with pytest.raises(TemplateBroken, match=r"sign-in/fr.txt names speakrs"):
        read_catalogue(folder)


def test_a_template_lacking_a_language_or_its_link_is_refused(folder: Path) -> None:
    (folder / "sign-in" / "ar.txt").write_text("عنوان\n\nالسلام عليكم\n")
    with pytest.raises(TemplateBroken, match=r"ar.txt has 0 links"):
        read_catalogue(folder)
    (folder / "sign-in" / "ar.txt").unlink()
    with pytest.raises(TemplateBroken, match="sign-in is not written in ar"):
        read_catalogue(folder)
