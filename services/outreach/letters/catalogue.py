"""The letters that can be written: one folder each, with what it declares (`template.toml`) and a text per language.

The first line of a text is the subject; paragraphs follow, with blank lines between them. A paragraph that is one
phrase in square brackets is the link, by that name. A paragraph that stays empty is left out.
"""

import re
import tomllib
from pathlib import Path

import jinja2
import jinja2.meta
import msgspec
from msgspec import Struct

from libs.i18n.languages import LANGUAGES
from libs.i18n.text import Text
from services.outreach.letters.domain import FieldKind

FOLDER = Path(__file__).parent / "templates"
ALWAYS = ("day", "name")  # what every letter knows: the tenant's name, the recipient's
_LINK = re.compile(r"\[(.+)\]")
_LANGUAGE = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 (plain text; wording.py escapes the whole for HTML)


class TemplateBroken(Exception):
    """A folder of a letter is not as it must be: nothing is sent with it, the worker does not start."""


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """A letter's `template.toml`."""

    link: bool
    fields: dict[str, FieldKind]
    worth_sending: int = 3 * 24 * 60  # for how many minutes, while the mail server takes nothing
    ranges: dict[str, tuple[str, str]] = {}  # from–to, written as one, of two fields that are dates


class Paragraph(Struct, frozen=True):
    text: jinja2.Template
    is_link: bool


class Layout(Struct, frozen=True):
    """A letter in one language."""

    subject: jinja2.Template
    paragraphs: tuple[Paragraph, ...]


class Template(Struct, frozen=True):
    name: str
    declared: Declaration
    layouts: dict[str, Layout]


class Catalogue(Struct, frozen=True):
    templates: dict[str, Template]
    words: dict[str, Text]


def read_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read every letter of a folder; raise `TemplateBroken` for one that says what it did not declare."""
    words = msgspec.convert(tomllib.loads((folder / "words.toml").read_text()), dict[str, Text])
    templates = [_read_template(each) for each in sorted(folder.iterdir()) if each.is_dir()]
    return Catalogue({template.name: template for template in templates}, words)


def _read_template(folder: Path) -> Template:
    declaration = msgspec.toml.decode((folder / "template.toml").read_bytes(), type=Declaration)
    known = {*declaration.fields, *declaration.ranges, *ALWAYS}
    layouts: dict[str, Layout] = {}
    for language in LANGUAGES:
        source = folder / f"{language}.txt"
        if not source.exists():
            raise TemplateBroken(f"The letter {folder.name} is not written in {language}.")
        layouts[language] = _read_layout(source, known)
        links = sum(paragraph.is_link for paragraph in layouts[language].paragraphs)
        if links != int(declaration.link):
            raise TemplateBroken(f"{folder.name}/{language}.txt has {links} links; template.toml says otherwise.")
    return Template(folder.name, declaration, layouts)


def _read_layout(source: Path, known: set[str]) -> Layout:
    text = source.read_text()
    unknown = jinja2.meta.find_undeclared_variables(_LANGUAGE.parse(text)) - known
    if unknown:
        raise TemplateBroken(f"{source.parent.name}/{source.name} names {', '.join(sorted(unknown))}: not declared.")
    subject, *paragraphs = [block.strip() for block in re.split(r"\n\s*\n", text.strip())]
    return Layout(_LANGUAGE.from_string(subject), tuple(_read_paragraph(each) for each in paragraphs))


def _read_paragraph(source: str) -> Paragraph:
    link = _LINK.fullmatch(source)
    return Paragraph(_LANGUAGE.from_string(link[1] if link else source), is_link=link is not None)
