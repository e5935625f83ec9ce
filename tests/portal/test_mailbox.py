import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from services.portal.mailbox.reading import read_letters

pytestmark = pytest.mark.unit


def _deliver(folder: Path, hour: int, text: str) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["To"] = "دعوة", "a@b.example"
    letter["Date"] = datetime(2026, 11, 3, hour, tzinfo=UTC)
    letter.set_content(text)
    letter["Content-Language"] = "ar"
    mailbox.Maildir(folder).add(letter)


def test_the_last_letter_comes_first_and_its_links_can_be_followed(tmp_path: Path) -> None:
    _deliver(tmp_path / "box", 9, "first")
    _deliver(tmp_path / "box", 10, "see http://127.0.0.1:8000/ar/jni/sign-in/x <b>")
    last, first = read_letters(tmp_path / "box")
    assert (last.subject, last.language, first.text.strip()) == ("دعوة", "ar", "first")
    assert '<a href="http://127.0.0.1:8000/ar/jni/sign-in/x">' in last.text
    assert "&lt;b&gt;" in last.text


def test_before_the_first_letter_there_is_none(tmp_path: Path) -> None:
    assert read_letters(tmp_path / "box") == []
