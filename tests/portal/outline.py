"""What a page is made of, as a screen reader and the browser's policy see it."""

import re
from html.parser import HTMLParser

from typing_extensions import override

_NOT_IN_A_PARAGRAPH = {"p", "form", "div", "ul", "ol", "dl", "table", "section", "h1", "h2", "h3", "h4"}


class Outline(HTMLParser):
    """The headings of a page in their order, its ids, what refers to them, and its attributes that must not be."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.root: dict[str, str | None] = {}
        self.inline: list[str] = []
        self.torn: list[str] = []  # what no paragraph may hold: the browser ends the paragraph before it
        self._in_paragraph = False
        self.feed(page.decode())

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _NOT_IN_A_PARAGRAPH and self._in_paragraph:
            self.torn.append(tag)
        self._in_paragraph = tag == "p" or self._in_paragraph
        if tag == "html":
            self.root = given
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [given["id"] or ""] if "id" in given else []
        for name in ("aria-labelledby", "aria-describedby", "for", "popovertarget"):
            self.references += (given.get(name) or "").split()
        self.inline += [name for name in given if name == "style" or name.startswith("on")]

    @override
    def handle_endtag(self, tag: str) -> None:
        self._in_paragraph = tag != "p" and self._in_paragraph
