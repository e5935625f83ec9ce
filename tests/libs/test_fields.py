"""Texts at a border: one line is one line."""

import pytest
from msgspec import ValidationError, convert

from libs.fields import Email, Language, Line, Link, Paragraph, Sha256, Slug

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Line, "Ministère de l'Industrie – وزارة الصناعة"),
        (Line, " x "),
        (Paragraph, "one\r\ntwo\tthree\n"),
        (Paragraph, ""),
        (Email, "ada.lovelace@mcinet.gov.ma"),
        (Slug, "rabat-2027"),
        (Language, "ar"),
        (Link, "x" * 43),
        (Sha256, "0f" * 32),
    ],
)
def test_takes(kind: type, text: str) -> None:
    assert convert(text, kind) == text


REFUSED = [
    *((Line, text) for text in ("", "  ", "a\0b", "\0", "a\nb", "a\n", "a\r\nBcc: e@example.org", "a\u2028b")),
    *((Paragraph, text) for text in ("a\0b", "\x1b[2J", "x" * 4001)),
    *((Email, text) for text in ("ada", "a@b", "a@b.c\n", "a@b.c\r\nBcc: e@example.org", "a b@c.d", "a@b.c\0")),
    *((Slug, text) for text in ("", "A", "a--b", "a-", "a\n", "a b")),
    *((Language, text) for text in ("de", "fr\n", "frar")),
    *((Link, text) for text in ("short", "x" * 43 + "\n", "x" * 43 + "\0", "x" * 43 + "=")),
    (Sha256, "0f" * 32 + "\n"),
]


@pytest.mark.parametrize(("kind", "text"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_refuses(kind: type, text: str) -> None:
    """P24: no header can be added to a letter."""
    with pytest.raises(ValidationError):
        convert(text, kind)
