"""A letter as a message of RFC 5322: headers that no name can add to, text and HTML, an id that never changes."""

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from services.outreach.letters.domain import AddressBroken, one_line
from services.outreach.letters.wording import Wording


def compose(  # noqa: PLR0913 (each is one part of a message)
    letter_id: UUID,
    wording: Wording,
    *,
    recipient: str,
    recipient_name: str,
    sender: str,
    sender_name: str,
    now: datetime,
) -> EmailMessage:
    """Return the message; raise `AddressBroken` for a recipient that is not one plain address.

    Its Message-ID is the letter's: a letter that is sent again after a crash is seen to be the same one.
    """
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{letter_id}@{sender.rpartition('@')[2]}>"
    message["Date"] = now
    message["From"] = _address(sender, sender_name)
    message["To"] = _address(recipient, recipient_name)
    message["Subject"] = wording.subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    message.set_content(wording.text, cte="quoted-printable")
    message.add_alternative(wording.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = wording.language
    return message


def _address(address: str, name: str) -> Address:
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
        return Address(one_line(name), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, HeaderParseError) as error:
        raise AddressBroken from error
