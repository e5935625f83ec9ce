"""A mail server that answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session


class Answering:
    """A mail server that gives one answer to each recipient, or to each message."""

    def __init__(self, *, recipient: str = "250 OK", message: str = "250 OK") -> None:
        self._recipient = recipient
        self._message = message
        self.messages = 0

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._recipient

    async def handle_DATA(self, server: SMTP, _: Session, __: Envelope) -> str:  # noqa: N802 (likewise)
        self.messages += 1
        if not self._message and server.transport:
            server.transport.close()  # it has the message, and nobody hears of it
        return self._message


@asynccontextmanager
async def standing(server: Answering) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(server, hostname="answering"), "127.0.0.1", 0)
    async with listening:
        yield f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
