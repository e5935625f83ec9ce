"""Which texts the code and the templates of a folder say, so that none is forgotten in a catalogue.

`python -m libs.i18n.extraction` brings every `fr.po` and `ar.po` up to date: what is new comes in empty, what is no
longer said goes, what is translated stays.
"""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from libs.i18n.catalogues import ROOT, translation_folders
from libs.i18n.languages import LANGUAGES, SOURCE

MessageId = str | tuple[str, str]  # one form, or singular and plural

# English has two plural forms, French two, Arabic six: these are the formulas of the GNU gettext manual.
PLURAL_FORMS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2"
        " : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
    ),
}
# Without dates, names or tools' versions: nothing in it changes but by its texts.
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
_MARKERS = {"_": None, "gettext": None, "gettext_noop": None, "translate": None, "ngettext": (1, 2)}
_REFUSAL_TEXTS = ("detail", "remedy")  # of `libs.errors`, on each refusal's class


def texts_said(folder: Path) -> dict[MessageId, set[str]]:
    """Return each text that a folder's modules and templates say, with the files where it stands."""
    said: dict[MessageId, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        for message in _texts_of_module(path):
            said.setdefault(message, set()).add(path.relative_to(ROOT).as_posix())
    for path in sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.txt")):
        for message in _marked(path, "jinja2.ext.babel_extract"):
            said.setdefault(message, set()).add(path.relative_to(ROOT).as_posix())
    return said


def _texts_of_module(path: Path) -> Iterator[MessageId]:
    yield from _marked(path, "python")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            yield from _refusal_texts(node)


def _marked(path: Path, method: str) -> Iterator[MessageId]:
    options = {"newstyle_gettext": "true", "silent": "false"}
    with path.open("rb") as file:
        for _, message, _, _ in extract(method, file, keywords=_MARKERS, options=options):
            yield message if isinstance(message, str) else (message[0], message[1])


def _refusal_texts(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)):
            continue
        for target in statement.targets:
            if isinstance(target, ast.Name) and target.id in _REFUSAL_TEXTS and statement.value.value:
                yield str(statement.value.value)


def finished_translations(path: Path, language: str) -> dict[MessageId, tuple[str, ...]]:
    """Return the texts of a `.po` file that are translated in every form, each with its forms; none without a file."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    finished: dict[MessageId, tuple[str, ...]] = {}
    for message in catalogue:
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if message.id and not message.fuzzy and all(forms):
            key = message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
            finished[key] = forms
    return finished


def folder_of_texts(translations: Path) -> Path:
    """Return the folder of code whose texts a folder of translations holds: a service, or all libraries."""
    return translations.parents[1] if translations.parent.name == "i18n" else translations.parent


def update(folder: Path) -> None:
    """Bring the catalogues in `folder` up to date with the code that it is for."""
    said = texts_said(folder_of_texts(folder))
    for language in LANGUAGES:
        if language != SOURCE and said:
            _rewrite(folder / f"{language}.po", language, said)


def _rewrite(path: Path, language: str, said: dict[MessageId, set[str]]) -> None:
    finished = finished_translations(path, language)
    catalogue = Catalog(locale=language)
    for text, places in said.items():
        forms = finished.get(text, ("",))
        catalogue.add(
            text, forms[0] if isinstance(text, str) else forms, locations=[(place, 0) for place in sorted(places)]
        )
    body = BytesIO()
    write_po(body, catalogue, width=120, sort_by_file=True, omit_header=True, include_lineno=False)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_HEADER.format(language=language, plural_forms=PLURAL_FORMS[language]).encode() + body.getvalue())


if __name__ == "__main__":
    for each in translation_folders():
        update(each)
