"""The interface's texts in each language: gettext catalogues, read from the `.po` files as they are, without a build.

The English text is the key of its translations. Each service keeps its own in `services/<name>/translations/fr.po` and
`ar.po`; those of the libraries lie beside this module. All are read together, once per process.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from typing_extensions import override

from libs.i18n.languages import LANGUAGES, SOURCE, negotiate

ROOT = Path(__file__).parents[2]
_FIGURE = re.compile(r"%\(\w+\)s")

Catalogues = dict[str, NullTranslations]  # by language; English has none, as it is the key


def translation_folders(root: Path = ROOT) -> list[Path]:
    """Return the folders of translations that this process may have: of the libraries and of each service here."""
    services = sorted(path.parent for path in root.glob("services/*/__init__.py"))
    return [root / "libs/i18n/translations", *(service / "translations" for service in services)]


def load(folders: Iterable[Path]) -> Catalogues:
    """Read every folder's `<language>.po`; a text that has no finished translation stays English."""
    folders = list(folders)
    return {language: _load_language(language, folders) for language in LANGUAGES}


class _French(Translations):
    """French counts none with one, but what says “une” in letters says it of one alone: of none the plural is said."""

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        said, of_many = super().ngettext(msgid1, msgid2, n), super().ngettext(msgid1, msgid2, 2)
        in_letters = set(_FIGURE.findall(of_many)) - set(_FIGURE.findall(said))
        return of_many if n == 0 and in_letters else said

    ungettext = ngettext  # Jinja's extension asks for this name first


def _load_language(language: str, folders: list[Path]) -> NullTranslations:
    merged: NullTranslations = NullTranslations()
    kind = _French if language == "fr" else Translations
    for path in (folder / f"{language}.po" for folder in folders):
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language, abort_invalid=True)
            compiled = BytesIO()
            write_mo(compiled, catalogue)
            compiled.seek(0)
            translations = kind(compiled)
            merged = merged.merge(translations) if isinstance(merged, Translations) else translations
    return merged


@cache
def catalogues() -> Catalogues:
    """Return this process's catalogues; files do not change while it runs."""
    return load(translation_folders())


def translations(language: str) -> NullTranslations:
    """Return what Jinja's extension wants: `environment.install_gettext_translations(…, newstyle=True)`."""
    return catalogues()[language]


def translator(language: str) -> Callable[[str], str]:
    """Return the function that says a text in `language`."""
    return translations(language).gettext


def translator_for(accept_language: str) -> Callable[[str], str]:
    """Return the function that says a text in the language that a caller asked for, else in English."""
    return translator(negotiate(accept_language, (SOURCE, *LANGUAGES)))


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogues where it stands as a value; `translator` says it when its reader is known."""
    return text
