"""The demonstration's letters as they arrived: read from the Maildir that its mail sink fills."""

import mailbox
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from markupsafe import Markup, escape
from msgspec import Struct

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_SHOWN = 200


class Received(Struct, frozen=True, kw_only=True):
    """One letter; its addresses in `text` can be followed."""

    key: str
    subject: str
    recipient: str
    language: str
    sent_at: datetime | None
    text: Markup


def read_letters(folder: Path) -> list[Received]:
    """Return the latest letters, the last first."""
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    letters = [_received(key, message_from_bytes(box.get_bytes(key), policy=policy.default)) for key in box.keys()]  # noqa: SIM118 (iterating a mailbox reads its messages)
    return sorted(letters, key=lambda letter: (letter.sent_at is not None, letter.sent_at), reverse=True)[:_SHOWN]


def _received(key: str, message: EmailMessage) -> Received:
    body = message.get_body(("plain",))
    date = message["date"]
    return Received(
        key=key,
        subject=str(message["subject"] or ""),
        recipient=str(message["to"] or ""),
        language=str(message["content-language"] or ""),
        sent_at=date.datetime if date is not None else None,
        text=_followed(str(body.get_content()) if body else ""),
    )


def _followed(text: str) -> Markup:
    """Return a text whose addresses are links; everything else in it stays text."""
    parts, end = Markup(), 0
    for found in _ADDRESS.finditer(text):
        parts += escape(text[end : found.start()])
        parts += Markup('<a href="{0}">{0}</a>').format(found[0])
        end = found.end()
    return parts + escape(text[end:])
