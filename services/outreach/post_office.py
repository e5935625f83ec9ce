"""Handing a message to the mail server, whose answer decides: taken, never, or try again."""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.outreach.letters.commands import RecipientRefused

_SECONDS = 20.0
_NEVER = 500  # SMTP's permanent answers (RFC 5321, 4.2.1)


def open_post_office(smtp_url: str) -> Callable[[EmailMessage], Awaitable[None]]:
    """Return what sends a message by the server of `smtp://[user:password@]host[:port]`; `smtps://` for TLS at once."""
    place = urlsplit(smtp_url)

    async def post(message: EmailMessage) -> None:
        try:
            await aiosmtplib.send(
                message,
                hostname=place.hostname,
                port=place.port,
                username=unquote(place.username) if place.username else None,
                password=unquote(place.password) if place.password else None,
                use_tls=place.scheme == "smtps",
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            answer = refusal.recipients[0]
            if answer.code < _NEVER:
                raise
            raise RecipientRefused(f"{answer.code} {answer.message}") from refusal
        except aiosmtplib.SMTPDataError as refusal:
            if refusal.code < _NEVER:
                raise
            raise RecipientRefused(f"{refusal.code} {refusal.message}") from refusal

    return post
