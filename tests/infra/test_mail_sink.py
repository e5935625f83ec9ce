import asyncio
import smtplib
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path
from urllib.parse import urlsplit

from infra.mailbox.sink import mail_sink


async def test_every_letter_is_kept_with_whom_it_was_for(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["Subject"] = "Votre lien — رابطك"
    letter["To"] = "ada@x.org"
    letter.set_content("https://x.org/…")

    def send(url: str) -> None:
        place = urlsplit(url)
        with smtplib.SMTP(place.hostname or "", place.port or 0) as server:
            server.send_message(letter, from_addr="jni@x.org", to_addrs=["ada@x.org", "bob@x.org"])

    async with mail_sink(tmp_path / "mailbox") as url:
        await asyncio.gather(*(asyncio.to_thread(send, url) for _ in range(3)))

    kept = list(Maildir(tmp_path / "mailbox", factory=None, create=False))
    assert [each["X-Envelope-To"] for each in kept] == ["ada@x.org, bob@x.org"] * 3
    assert {each["Subject"] for each in kept} != {None}
