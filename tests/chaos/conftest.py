import base64
import os
from collections.abc import AsyncIterator, Iterator
from mailbox import Maildir
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from msgspec import Struct

from infra.mailbox.sink import mail_sink
from infra.roles import make_database
from libs.config import KEY_BYTES, Settings, read_settings
from libs.db.migrating import migrate
from libs.db.tenancy import Sessions, connect


class Ground(Struct, frozen=True):
    """A database and a mail server of our own, for workers that die."""

    environ: dict[str, str]
    settings: Settings
    letters: Sessions
    mailbox: Path

    def message_ids(self) -> list[str]:
        """Return the Message-ID of each mail that arrived."""
        return [str(mail["Message-ID"]) for mail in Maildir(self.mailbox, create=False)]


@pytest.fixture(scope="module")
def own_database(superuser: str) -> Iterator[str]:
    database = f"moussem_chaos_{os.getpid()}"
    make_database(superuser, database)
    server = urlsplit(superuser)
    yield f"postgresql://{server.netloc.rpartition('@')[2]}/{database}?{server.query}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
async def ground(own_database: str, tmp_path: Path) -> AsyncIterator[Ground]:
    async with mail_sink(tmp_path / "mail") as smtp_url:
        environ = {
            "MOUSSEM_DATABASE_URL": own_database,
            "MOUSSEM_KEY": base64.b64encode(b"k" * KEY_BYTES).decode(),
            "MOUSSEM_SMTP_URL": smtp_url,
        }
        settings = read_settings(environ)
        migrate(settings)
        engine, letters = connect(settings, "outreach")
        yield Ground(environ, settings, letters, tmp_path / "mail")
        await engine.dispose()
