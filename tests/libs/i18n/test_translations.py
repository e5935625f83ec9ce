"""Every text that the platform says, it says in French and in Arabic too."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from libs.i18n.catalogues import ROOT, translation_folders
from libs.i18n.extraction import PLURAL_FORMS, MessageId, finished_translations, folder_of_texts, texts_said

LANGUAGES = ("fr", "ar")
FOLDERS = translation_folders()

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

folders = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
languages = pytest.mark.parametrize("language", LANGUAGES)


@folders
@languages
def test_every_text_is_translated(folder: Path, language: str) -> None:
    """Where this fails: `python -m libs.i18n.extraction`, then fill in what came in empty."""
    finished = finished_translations(folder / f"{language}.po", language)
    assert [text for text in texts_said(folder_of_texts(folder)) if text not in finished] == []


@folders
@languages
@pytest.mark.unit
def test_a_translation_fills_in_what_its_text_fills_in(folder: Path, language: str) -> None:
    """A counted form may leave its number out ("one seat"), but names nothing that is not there."""
    for text, forms in finished_translations(folder / f"{language}.po", language).items():
        if isinstance(text, str):
            assert sorted(_PLACEHOLDER.findall(forms[0])) == sorted(_PLACEHOLDER.findall(text))
        else:
            assert set(_PLACEHOLDER.findall(" ".join(forms))) <= set(_PLACEHOLDER.findall(" ".join(text))), text


@languages
@pytest.mark.unit
def test_every_catalogue_counts_by_the_same_rule(language: str) -> None:
    for path in (folder / f"{language}.po" for folder in FOLDERS):
        if path.exists():
            assert f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"' in path.read_text()


@languages
@pytest.mark.unit
def test_one_text_has_one_translation_in_all_services(language: str) -> None:
    translations: defaultdict[MessageId, set[tuple[str, ...]]] = defaultdict(set)
    for folder in FOLDERS:
        for text, forms in finished_translations(folder / f"{language}.po", language).items():
            translations[text].add(forms)
    assert {text: known for text, known in translations.items() if len(known) > 1} == {}
