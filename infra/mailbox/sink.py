"""Takes every mail and sends none: SMTP in, a Maildir out, which `/dev/mailbox` and the tests read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mailbox import Maildir
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_LARGEST_MAIL = 10_000_000  # bytes


class _IntoMaildir:
    """What `aiosmtpd` calls, by this name, for each mail."""

    def __init__(self, mailbox: Maildir) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name)
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-To: {recipients}\r\n".encode()
        await asyncio.to_thread(self._mailbox.add, head + (envelope.original_content or b""))
        return "250 kept in the mailbox"


@asynccontextmanager
async def mail_sink(folder: Path) -> AsyncIterator[str]:
    """Serve while the block runs; yield the address as MOUSSEM_SMTP_URL has it."""
    handler = _IntoMaildir(Maildir(folder))

    def connected() -> SMTP:
        return SMTP(handler, hostname="moussem", enable_SMTPUTF8=True, data_size_limit=_LARGEST_MAIL)

    server = await asyncio.get_running_loop().create_server(connected, HOST, 0)
    async with server:
        yield f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
