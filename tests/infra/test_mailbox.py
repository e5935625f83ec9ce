from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from mailbox import Maildir
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from uuid_utils.compat import uuid7

from infra.mailbox.pages import mailbox_routes
from infra.mailbox.texts import TEXTS
from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.mail import compose
from services.outreach.letters.wording import word_letter

pytestmark = pytest.mark.unit

LINK = "http://127.0.0.1:8000/fr/jni/sign-in/abc"


class Mailbox:
    """A Maildir, and the pages that show it."""

    def __init__(self, folder: Path) -> None:
        self._maildir = Maildir(folder)
        self._hour = 9
        transport = httpx2.ASGITransport(Litestar(mailbox_routes(folder), openapi_config=None))  # type: ignore[arg-type]
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://mailbox")

    def receive(self, language: str, name: str) -> str:
        wording = word_letter(
            read_catalogue(), "sign-in", language, {}, day={language: "Journée"}, name=name, link=LINK
        )
        message = compose(
            uuid7(),
            wording,
            recipient="salma@fed.example",
            recipient_name=name,
            sender="day@moussem.example",
            sender_name="Journée",
            now=datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=self._hour),
        )
        self._hour += 1
        return str(self._maildir.add(message.as_bytes()))


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox(tmp_path / "mail")
    async with mailbox.client:
        yield mailbox


async def test_letters_are_listed_newest_first(mailbox: Mailbox) -> None:
    assert "No letter yet" in (await mailbox.client.get("/dev/mailbox?lang=en")).text
    mailbox.receive("fr", "Première")
    mailbox.receive("ar", "سلمى")

    page = (await mailbox.client.get("/dev/mailbox")).text
    assert page.index("رابط الدخول") < page.index("Votre lien de connexion")


@pytest.mark.parametrize(
    ("asked", "direction", "said"),
    [
        ({"headers": {"accept-language": "ar-MA"}}, "rtl", "الرسائل التي كانت ستُرسل"),
        (
            {"headers": {"accept-language": "ar-MA"}, "params": {"lang": "fr"}},
            "ltr",
            "Les lettres qui seraient parties",
        ),
        ({"params": {"lang": "<script>"}}, "ltr", "Les lettres qui seraient parties"),
    ],
)
async def test_the_mailbox_speaks_the_language_of_its_reader(
    mailbox: Mailbox, asked: dict[str, Any], direction: str, said: str
) -> None:
    page = (await mailbox.client.get("/dev/mailbox", **asked)).text
    assert f'dir="{direction}"' in page.partition(">")[2].partition(">")[0]
    assert said in page
    assert "<script>" not in page


def test_every_language_says_the_same_of_the_mailbox() -> None:
    assert {frozenset(said) for said in TEXTS.values()} == {frozenset(TEXTS["en"])}
    assert all(words for said in TEXTS.values() for words in said.values())


async def test_a_letter_is_shown_in_its_direction_with_its_link_to_click(mailbox: Mailbox) -> None:
    key = mailbox.receive("ar", "سلمى")

    shown = await mailbox.client.get(f"/dev/mailbox/letters/{key}")
    assert 'lang="ar" dir="rtl"' in shown.text
    assert f'href="{LINK}"' in shown.text
    assert shown.headers["cache-control"] == "no-store"

    as_mail = await mailbox.client.get(f"/dev/mailbox/letters/{key}/as-mail")
    assert f'href="{LINK}"' in as_mail.text
    assert "sandbox" in as_mail.headers["content-security-policy"]


async def test_what_a_mail_says_is_text_and_runs_nothing(mailbox: Mailbox) -> None:
    key = mailbox.receive("fr", "<script>x</script>")

    page = (await mailbox.client.get(f"/dev/mailbox/letters/{key}")).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize("key", ["nothing", "..%2F..%2Fetc%2Fpasswd", "%2e%2e"])
async def test_only_letters_of_the_mailbox_are_shown(mailbox: Mailbox, key: str) -> None:
    assert (await mailbox.client.get(f"/dev/mailbox/letters/{key}")).status_code == 404
