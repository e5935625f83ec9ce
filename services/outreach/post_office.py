"""Handing a message to the mail server, whose answer decides: taken, never, not now; or nobody knows."""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from typing_extensions import override

from services.outreach.letters.domain import MailServerAway, OutcomeUnknown, RecipientRefused

_SECONDS = 20.0  # for each answer
_SECONDS_OF_THE_LAST = (
    45.0  # when it has the whole message, and may look at it (RFC 5321, 4.5.3.2.6, would wait longer)
)
_NEVER = 500  # SMTP's permanent answers (RFC 5321, 4.2.1)

AboutTo = Callable[[], Awaitable[None]]


class _Counter(aiosmtplib.SMTP):
    """A conversation with the mail server that says when it is about to hand the message over."""

    def __init__(self, about_to_hand_over: AboutTo, **options: Any) -> None:
        super().__init__(**options)
        self._about_to = about_to_hand_over
        self.handed_over = False

    @override
    async def data(self, message: str | bytes, /, **_: Any) -> aiosmtplib.SMTPResponse:
        await self._about_to()
        self.handed_over = True
        return await super().data(message, timeout=_SECONDS_OF_THE_LAST)


def open_post_office(smtp_url: str) -> Callable[[EmailMessage, AboutTo], Awaitable[None]]:
    """Return what sends a message by the server of `smtp://[user:password@]host[:port]`; `smtps://` for TLS at once.

    The server is asked all that it can be asked before it is given the message: of a letter that it would not take it
    is known for sure that it has not taken it.
    """
    place = urlsplit(smtp_url)

    async def post(message: EmailMessage, about_to_hand_over: AboutTo) -> None:
        counter = _Counter(
            about_to_hand_over,
            hostname=place.hostname,
            port=place.port,
            username=unquote(place.username) if place.username else None,
            password=unquote(place.password) if place.password else None,
            use_tls=place.scheme == "smtps",
            timeout=_SECONDS,
        )
        try:
            async with counter:
                await counter.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            raise _of(refusal.recipients[0]) from refusal
        except aiosmtplib.SMTPDataError as refusal:
            raise _of(refusal) from refusal
        except aiosmtplib.SMTPNotSupported as refusal:  # an address beyond ASCII, and a server that knows no such thing
            raise RecipientRefused(str(refusal)) from refusal
        except aiosmtplib.SMTPResponseException as refusal:  # it refuses us, not the recipient
            raise MailServerAway(_words(refusal)) from refusal
        except (aiosmtplib.SMTPException, OSError) as failure:
            words = str(failure) or type(failure).__name__
            raise (OutcomeUnknown(words) if counter.handed_over else MailServerAway(words)) from failure

    return post


def _of(refusal: aiosmtplib.SMTPResponseException) -> Exception:
    return (MailServerAway if refusal.code < _NEVER else RecipientRefused)(_words(refusal))


def _words(refusal: aiosmtplib.SMTPResponseException) -> str:
    return f"{refusal.code} {refusal.message}"
