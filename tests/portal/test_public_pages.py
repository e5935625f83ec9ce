"""What the public pages say, in each language."""

import re
from datetime import date

import pytest
from msgspec.structs import replace

from libs.i18n.languages import LANGUAGES, direction
from services.portal.public.rendering import Pages, day_pages, edition_pages
from services.portal.rendering import Rendering
from tests.portal import samples
from tests.portal.outline import Outline

pytestmark = pytest.mark.unit

ROOT = "/sample/2026"
VIEWS = ("programme", "programme/rooms", "programme/panels")


@pytest.fixture(scope="module")
def pages(rendering: Rendering) -> Pages:
    return day_pages(rendering, samples.DAY, (samples.PAST, samples.EDITION)) | edition_pages(
        rendering, samples.DAY, samples.EDITION, samples.PROGRAMME
    )


@pytest.fixture(scope="module")
def before(rendering: Rendering) -> Pages:
    return edition_pages(rendering, samples.DAY, samples.EDITION, None)


def test_each_page_stands_in_each_language_at_its_own_address(pages: Pages) -> None:
    places = ("/sample", ROOT, *(f"{ROOT}/{view}" for view in VIEWS))
    assert set(pages) == {f"/{language}{place}" for language in LANGUAGES for place in places}


def test_a_page_says_its_language_and_direction_and_has_an_outline(pages: Pages, before: Pages) -> None:
    """E30: days are headings."""
    for path, page in (pages | before).items():
        outline = Outline(page)
        language = path.split("/")[1]
        assert (outline.root["lang"], outline.root["dir"]) == (language, direction(language)), path
        assert outline.levels.count(1) == 1, path
        assert outline.levels[0] == 1, path
        assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False)), path
        assert len(outline.ids) == len(set(outline.ids)), path
        assert set(outline.references) <= set(outline.ids), path
        assert not outline.inline, path


def test_an_english_page_speaks_no_french_and_no_arabic_but_where_it_says_so(pages: Pages) -> None:
    """E28, on pages: none mixes two languages unawares."""
    for path in (path for path in pages if path.startswith("/en/")):
        page = re.sub(r'<(span|a)[^>]* (lang|hreflang)="(fr|ar)".*?</\1>', "", pages[path].decode())
        text = re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])
        assert not re.search(r"[\u0600-\u06ff]", text), path
        assert not re.search(r"\b(le|la|les|des|et|par|jour|salle|édition|journée)\b", text, re.IGNORECASE), path


def test_a_text_without_a_translation_is_shown_in_its_own_language_and_marked(pages: Pages) -> None:
    assert '<span lang="fr" dir="ltr">L’eau, du puits à l’usine</span>' in pages[f"/ar{ROOT}/programme"].decode()


def test_a_session_says_title_time_and_room_together(pages: Pages) -> None:
    """E30: what a screen reader reads out is the session."""
    page = pages[f"/fr{ROOT}/programme"].decode()
    assert 'aria-labelledby="s-session-2-title s-session-2-when s-session-2-room"' in page
    assert re.search(r'id="s-session-2-when"><time datetime="2026-11-03T10:15:00\+00:00">10:15</time>', page)


@pytest.mark.parametrize("view", VIEWS)
def test_a_session_after_midnight_stands_once_on_its_programme_day(pages: Pages, view: str) -> None:
    """E22."""
    page = pages[f"/en{ROOT}/{view}"].decode()
    assert page.count('id="s-session-6"') == 1
    assert "Ends at 01:30, after midnight" in page
    assert "5 November" not in page


def test_every_session_stands_once_in_each_way_of_looking(pages: Pages) -> None:
    for view in VIEWS:
        found = re.findall(r'<li id="s-(session-\d)"', pages[f"/fr{ROOT}/{view}"].decode())
        assert sorted(found) == [each.slug for each in samples.PROGRAMME.sessions], view


def test_before_a_release_no_time_room_or_name_is_public(before: Pages) -> None:
    """E2."""
    for path, page in before.items():
        assert not re.search(rb"\d\d:\d\d", page), path
        for secret in ("Grande salle", "Great hall", "القاعة الكبرى", "Salma Modèle", "Gala"):
            assert secret not in page.decode(), path


def test_before_a_release_the_page_says_when_to_expect_it(rendering: Rendering) -> None:
    edition = replace(samples.EDITION, programme_expected_on=date(2026, 10, 14))
    page = edition_pages(rendering, samples.DAY, edition, None)["/en/sample/2026/programme"].decode()
    assert "It is expected on Wednesday 14 October 2026." in page


def test_a_demonstration_and_an_unofficial_translation_are_marked(pages: Pages) -> None:
    assert "Démonstration\u00a0: dates" in pages[f"/fr{ROOT}"].decode()
    assert "unofficial translation" in pages[f"/en{ROOT}"].decode()
    assert "traduction non officielle" not in pages[f"/fr{ROOT}"].decode()
    assert "Cette journée est inventée" in pages["/fr/sample"].decode()


def test_what_people_wrote_is_text_and_never_markup(rendering: Rendering) -> None:
    theme = {"en": '<script>alert("x")</script>'}
    page = edition_pages(rendering, samples.DAY, replace(samples.EDITION, theme=theme), None)["/en/sample/2026"]
    assert b"<script>alert" not in page


def test_a_version_is_named_with_its_date(pages: Pages) -> None:
    assert "Version 3, publiée le 14 octobre 2026" in pages[f"/fr{ROOT}/programme"].decode()
    assert "النسخة 3، نُشرت في 14 أكتوبر 2026" in pages[f"/ar{ROOT}/programme"].decode()
