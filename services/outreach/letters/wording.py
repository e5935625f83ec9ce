"""A letter in words: one template, one language, the request's fields; as text and as HTML that say the same."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import jinja2
from msgspec import Struct

from libs.i18n.dates import written_date, written_moment, written_range
from libs.i18n.languages import LANGUAGES, direction
from libs.i18n.text import pick
from services.outreach.letters.catalogue import FOLDER, Catalogue, Template
from services.outreach.letters.domain import (
    FieldKind,
    FieldUnreadable,
    LinkMissing,
    NoSuchLanguage,
    NoSuchTemplate,
    check_fields,
    one_line,
)

_ISOLATE = "\u2068{}\u2069"  # keeps a name that runs the other way from disturbing the line (UAX 9)
_NOWHERE = "#"  # stands for the link of a letter that is only looked at
_HTML = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
)


class Line(Struct, frozen=True):
    text: str
    is_link: bool


class Wording(Struct, frozen=True):
    language: str
    day: str  # who writes
    subject: str
    lines: tuple[Line, ...]
    link: str

    @property
    def text(self) -> str:
        colon = "\u00a0:" if self.language == "fr" else ":"
        lines = (f"{line.text}{colon}\n{self.link}" if line.is_link else line.text for line in self.lines)
        return "\n\n".join(lines) + "\n"

    @property
    def html(self) -> str:
        return _HTML.get_template("letter.html").render(
            language=self.language,
            direction=direction(self.language),
            subject=self.subject,
            paragraphs=self.lines,
            link=self.link,
        )


def word_letter(  # noqa: PLR0913 (each is one thing that a letter needs)
    catalogue: Catalogue,
    template_name: str,
    language: str,
    fields: Mapping[str, Any],
    *,
    day: Mapping[str, str],
    name: str,
    link: str,
) -> Wording:
    """Write a letter; raise the reason if the request does not fit the template.

    A text that nobody has written in the recipient's language is left out, a proper name is not.
    """
    template = _find(catalogue, template_name, language)
    declared = template.declared
    check_fields(template.name, declared.fields, fields)
    if declared.link and not link:
        raise LinkMissing(template=template.name)
    values = {
        field: _written(kind, fields.get(field, ""), language, catalogue) for field, kind in declared.fields.items()
    }
    for name_of_range, ends in declared.ranges.items():
        values[name_of_range] = _written_range([fields.get(end, "") for end in ends], language)
    values |= {"day": _written("name", dict(day), language, catalogue), "name": _isolated(one_line(name), language)}
    layout = template.layouts[language]
    written = [Line(each.text.render(values).strip(), each.is_link) for each in layout.paragraphs]
    return Wording(
        language=language,
        day=one_line(pick(day, language)),
        subject=one_line(layout.subject.render(values)),
        lines=tuple(line for line in written if line.text),
        link=one_line(link),
    )


def preview_letter(  # noqa: PLR0913 (each is one thing that a letter needs)
    catalogue: Catalogue,
    template_name: str,
    language: str,
    fields: Mapping[str, Any],
    *,
    day: Mapping[str, str],
    name: str,
) -> Wording:
    """Write a letter as it would be sent, but for its link, from fields that a caller has made up."""
    try:
        return word_letter(catalogue, template_name, language, fields, day=day, name=name, link=_NOWHERE)
    except (ValueError, TypeError, AttributeError):
        raise FieldUnreadable(template=template_name, pointer="/fields") from None


def _find(catalogue: Catalogue, name: str, language: str) -> Template:
    template = catalogue.templates.get(name)
    if template is None:
        raise NoSuchTemplate(template=name)
    if language not in template.layouts:
        raise NoSuchLanguage(template=name, language=language, languages=", ".join(template.layouts))
    return template


def _written(kind: FieldKind, value: Any, language: str, catalogue: Catalogue) -> str:
    """Return a field's value as the letter's language writes it; empty when there is nothing to write."""
    if not value:
        return ""
    if kind == "date":
        return written_date(date.fromisoformat(value), language)
    if kind == "moment":
        return written_moment(datetime.fromisoformat(value), language)
    text = catalogue.words.get(value, {}) if kind == "word" else value
    if isinstance(text, Mapping):
        text = pick(text, language, LANGUAGES if kind == "name" else ())
    return _isolated(one_line(str(text)), language)


def _written_range(ends: list[str], language: str) -> str:
    days = [date.fromisoformat(end) for end in ends if end]
    return written_range(days[0], days[-1], language) if days else ""


def _isolated(value: str, language: str) -> str:
    """Mark a value that holds letters of the other direction, so that punctuation around it stays where it belongs."""
    other = any("\u0590" <= letter <= "\u08ff" for letter in value)
    if language == "ar":
        other = any(letter.isalpha() and letter < "\u0590" for letter in value)
    return _ISOLATE.format(value) if other else value
