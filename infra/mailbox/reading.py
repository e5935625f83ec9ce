"""Reading the Maildir that the mail sink fills."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from msgspec import Struct

MOST = 200  # letters on the page
_LINK = re.compile(r"https?://[^\s<>\"]+")


class Mail(Struct, frozen=True):
    """A mail as it lies in the Maildir; `key` is the name of its file."""

    key: str
    subject: str
    sender: str
    recipient: str
    sent_at: datetime
    language: str
    text: str
    html: str


class Piece(Struct, frozen=True):
    """A part of a paragraph: words, or an address to go to."""

    words: str
    is_link: bool


def newest_mails(folder: Path) -> list[Mail]:
    """Return the last mails that arrived, newest first."""
    files = sorted(_files(folder), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [_read(path) for path in files[:MOST]]


def find_mail(folder: Path, key: str) -> Mail | None:
    return next((_read(path) for path in _files(folder) if path.name == key), None)


def paragraphs(text: str) -> list[list[Piece]]:
    """Return the paragraphs of a text with the addresses in them set apart."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    return [list(_pieces(block)) for block in blocks if block]


def _pieces(block: str) -> list[Piece]:
    pieces, end = [], 0
    for link in _LINK.finditer(block):
        pieces += [Piece(block[end : link.start()], is_link=False), Piece(link[0], is_link=True)]
        end = link.end()
    return [piece for piece in [*pieces, Piece(block[end:], is_link=False)] if piece.words]


def _files(folder: Path) -> list[Path]:
    return [path for place in ("new", "cur") if (folder / place).is_dir() for path in (folder / place).iterdir()]


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 (what this policy makes)
    return Mail(
        key=path.name,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or message["X-Envelope-To"] or ""),
        sent_at=_moment(message, path),
        language=str(message["Content-Language"] or ""),
        text=_content(message, "plain"),
        html=_content(message, "html"),
    )


def _moment(message: EmailMessage, path: Path) -> datetime:
    if message["Date"]:
        return parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
