from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from uuid_utils.compat import uuid7

from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.domain import AddressBroken
from services.outreach.letters.mail import compose
from services.outreach.letters.wording import word_letter

pytestmark = pytest.mark.unit

CATALOGUE = read_catalogue()
LINK = "https://day.example/fr/jni/sign-in/abc"
LETTER = uuid7()


def message(
    *, recipient: str = "salma@fed.example", name: str = "Salma", day: str = "Journée", language: str = "fr"
) -> EmailMessage:
    wording = word_letter(CATALOGUE, "sign-in", language, {}, day={language: day}, name=name, link=LINK)
    composed = compose(
        LETTER,
        wording,
        recipient=recipient,
        recipient_name=name,
        sender="day@moussem.example",
        sender_name=day,
        now=datetime(2026, 9, 1, 10, tzinfo=UTC),
    )
    read = message_from_bytes(composed.as_bytes(), policy=SMTP)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_a_line_break_in_a_name_adds_no_header(end: str) -> None:
    """P24."""
    plain = message()
    hostile = message(name=f"x{end}Bcc: e@e.example", day=f"Jour{end}Bcc: e@e.example")

    assert hostile.keys() == plain.keys()
    assert hostile["Bcc"] is None
    assert hostile["To"].addresses[0].addr_spec == "salma@fed.example"
    assert hostile["To"].addresses[0].display_name == "x Bcc: e@e.example"


@pytest.mark.parametrize(
    "recipient",
    [
        "salma@fed.example\r\nBcc: e@e.example",
        "salma@fed.example, e@e.example",
        "salma@fed.example> RCPT TO:<e@e.example",
        "salma",
        "@fed.example",
        "salma@",
        "sal ma@fed.example",
        "",
    ],
)
def test_what_is_not_one_plain_address_is_refused(recipient: str) -> None:
    """P24."""
    with pytest.raises(AddressBroken):
        message(recipient=recipient)


def test_an_arabic_subject_and_name_arrive_as_they_were_written() -> None:
    """P24."""
    read = message(name="سلمى الإدريسي", day="اليوم الوطني للصناعة", language="ar")

    assert read["Subject"] == "رابط الدخول الخاص بكم – اليوم الوطني للصناعة"
    assert read["To"].addresses[0].display_name == "سلمى الإدريسي"
    assert read["Content-Language"] == "ar"


def test_a_domain_in_another_script_is_written_as_dns_knows_it() -> None:
    assert message(recipient="a@bücher.example")["To"].addresses[0].domain == "xn--bcher-kva.example"


def test_the_id_is_that_of_the_letter_and_text_comes_before_html() -> None:
    read = message()

    assert read["Message-ID"] == f"<{LETTER}@moussem.example>"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert all(len(line) < 998 for line in read.as_bytes().splitlines())
